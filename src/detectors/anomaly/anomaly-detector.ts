/**
 * Tells of lines unlike those this machine's programs write. Learns only from lines that nothing accused, keeps to a budget of
 * alerts a day on the log's own clock, and never bans. Must stand last among the detectors: it looks at what they found.
 */
import type { StateEntry } from '../../kit/state.ts';
import { copyText } from '../../kit/text.ts';
import type { RuleInfo } from '../../model/detection.ts';
import type { LogEvent } from '../../model/log-event.ts';
import type { Detector } from '../detector.ts';
import { countLine } from './line-features.ts';
import { ProgramModel, type SavedModel } from './program-model.ts';
import type { AnomalySettings } from './settings.ts';
import { SourceQuota } from './source-quota.ts';

const MAX_PROGRAMS = 200;
const DAY = 86_400_000;
/** A learning program's row is looked at for growth this often. */
const GROWTH_CHECK = 512;

const RULE: RuleInfo = {
  id: 'bekci-unusual-line',
  title: 'Unusual line',
  level: 'low',
  tags: [],
  kind: 'anomaly',
  action: 'alert',
  banSeconds: null,
};

/** The detector, and what `explain` and `train` ask of it. */
export interface AnomalyDetector extends Detector {
  /** Score of a line, null while its program is still being learned. */
  scoreOf(event: LogEvent, text: string): { score: number; threshold: number } | null;
}

/** A detector that knows nothing yet. */
export function createAnomalyDetector(settings: AnomalySettings): AnomalyDetector {
  const models = new Map<string, ProgramModel>();
  const quota = new SourceQuota(settings.lines_per_source);
  let day = 0;
  let toldToday = 0;
  let budgetDirty = false;

  function modelOf(event: LogEvent): ProgramModel {
    const name = event.program ?? event.kind.category ?? 'other';
    let model = models.get(name);
    if (model === undefined) {
      const key = models.size < MAX_PROGRAMS ? copyText(name) : 'other';
      model = models.get(key) ?? new ProgramModel(key.length + 1);
      models.set(key, model);
    }
    return model;
  }

  function withinBudget(time: number): boolean {
    const today = Math.floor(time / DAY);
    if (today > day) {
      day = today;
      toldToday = 0;
    }
    if (toldToday >= settings.alerts_per_day) return false;
    toldToday++;
    budgetDirty = true;
    return true;
  }

  return {
    name: 'anomaly',
    detect(event, place, out) {
      // What a rule or an indicator accused in this very line is not learned, and needs no second voice.
      if (out.length > 0) return;
      const model = modelOf(event);
      // The message, not the whole line: a time stamp's digits say nothing.
      const packed = countLine(event.message);
      if (model.isUnusual(packed)) {
        if (withinBudget(event.time)) {
          const [first] = model.explain(packed);
          const score = Number((model.score(packed) ?? 0).toFixed(3));
          const ip = event.fields['source.ip'];
          out.push({
            rule: RULE,
            at: event.time,
            events: 1,
            entity:
              typeof ip === 'string'
                ? { 'source.ip': copyText(ip) }
                : { 'process.name': copyText(event.program ?? 'log') },
            evidence: [{ source: place.source, generation: place.generation, offset: place.offset }],
            facts:
              first === undefined
                ? { score }
                : {
                    score: Number(score.toFixed(3)),
                    feature: first.feature,
                    value: first.value,
                    usual: `${first.low} - ${first.high}`,
                  },
          });
        }
        return;
      }
      // Before there is a model there is nothing to bend, and a proxy may be the only address there is.
      const teacher = event.fields['source.ip'];
      if (model.threshold < 1 && typeof teacher === 'string' && !quota.allows(teacher, event.time)) return;
      model.learn(packed);
      if (model.seen % GROWTH_CHECK !== 0) return;
      model.growWhenDue(settings.learn_lines, event.time, settings.retrain * 1000);
      // Saved now and then: what was learned since is learned again from new lines after a crash.
      model.dirty = true;
    },
    explain: () => [],
    scoreOf(event) {
      const model = modelOf(event);
      const score = model.score(countLine(event.message));
      return score === null ? null : { score, threshold: model.threshold };
    },
    drainDirty() {
      const entries: StateEntry[] = [];
      for (const [name, model] of models) {
        if (!model.dirty) continue;
        model.dirty = false;
        entries.push({ key: `model ${name}`, value: JSON.stringify(model.save()) });
      }
      if (budgetDirty) entries.push({ key: 'budget', value: JSON.stringify([day, toldToday]) });
      budgetDirty = false;
      return entries;
    },
    restore(entries) {
      for (const { key, value } of entries) {
        if (key === 'budget') [day, toldToday] = JSON.parse(value) as [number, number];
        else {
          const model = new ProgramModel(key.length);
          model.load(JSON.parse(value) as SavedModel);
          models.set(key.slice('model '.length), model);
        }
      }
    },
    stats: () => ({
      anomaly_programs: models.size,
      anomaly_programs_learned: [...models.values()].filter((model) => model.threshold < 1).length,
    }),
  };
}
