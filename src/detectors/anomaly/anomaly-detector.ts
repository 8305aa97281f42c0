/**
 * Learns what is usual on this machine and tells what is not: behaviour of addresses, users, hosts and services, habits of users, new
 * messages, odd lines. Learns only from what nothing accused, keeps to a budget of alerts a day on the log's own clock, and never bans
 * alone. Must stand last among the detectors: it looks at what they found.
 */
import type { Log } from '../../kit/log.ts';
import type { StateEntry } from '../../kit/state.ts';
import { copyText } from '../../kit/text.ts';
import { type Detection, LEVELS, type RuleInfo } from '../../model/detection.ts';
import type { LogEvent } from '../../model/log-event.ts';
import type { Detector, LinePlace } from '../detector.ts';
import { DayBudget, type SavedBudget } from './day-budget.ts';
import { DeepVoice, type NamedDeepState } from './deep/deep-voice.ts';
import type { Clock, Finding } from './finding.ts';
import { HabitWatch } from './habit-watch.ts';
import { countLine } from './line-features.ts';
import { HourMemory } from './models/hour-memory.ts';
import { RarityTable } from './models/rarity-table.ts';
import type { SavedModel } from './program-model.ts';
import { ProgramWatch, type Watched } from './program-watch.ts';
import { newReading, readTally } from './read-tally.ts';
import { RULES, sharesOf } from './rules.ts';
import type { AnomalySettings } from './settings.ts';
import type { SavedHabits } from './user-habits.ts';
import { type WindowModelState, WindowWatch } from './window-watch.ts';

const DAY = 86_400_000;
const MINUTE = 60_000;
/** Behaviour models that share the budget's part. */
const MODELS = 10;
/** A thing is known on this site when it was seen in more than one hour. */
const KNOWN_HERE = 1.2;
/** What the hash of such a thing is joined with. */
const ON_SITE = 0x51_7e;
const NOWHERE: LinePlace = { source: '', generation: '', offset: 0, text: '' };
const MAX_NORMAL = 10_000;
/** What is learned is saved this often, in hours of the log: a crash costs no more. */
const SAVE_HOURS = 6;

/** What is learned, for those who look. */
export interface AnomalyState {
  readonly hours: number;
  readonly hoursNeeded: number;
  readonly learning: boolean;
  readonly toldToday: number;
  readonly budget: number;
  readonly held: number;
  readonly windows: readonly WindowModelState[];
  /** Orders of messages by program, and models that people brought. */
  readonly deep: readonly NamedDeepState[];
  readonly programs: readonly {
    readonly name: string;
    readonly lines: number;
    readonly learned: boolean;
    readonly threshold: number;
    readonly news: number;
    readonly features: readonly { readonly name: string; readonly usual: number; readonly high: number }[];
  }[];
  readonly users: { readonly known: number; readonly hours: number };
  readonly normal: readonly string[];
}

/** The detector, and what `explain`, `train` and the pages ask of it. */
export interface AnomalyDetector extends Detector {
  /** Score of a line, null while its program is still being learned. */
  scoreOf(event: LogEvent, text: string): { score: number; threshold: number } | null;
  /** What is unusual about a line by itself, learned or not: rule and facts, without touching what is learned or the budget. */
  peek(event: LogEvent): readonly { readonly rule: RuleInfo; readonly facts: Finding['facts'] }[];
  /** What was learned. */
  state(): AnomalyState;
  /** Ends what ended and grows what is due, so that all of it is saved: after training. */
  settle(): void;
  /** Bekçi will stop soon: what the thread learned is asked for. At most a few seconds. */
  keepDeep(): Promise<void>;
  /** Bekçi is about to stop: what was learned, and what runs, is kept with the next save. */
  keepRunning(): void;
  /** Deep models work in a thread from now on: in a daemon. */
  workInThread(log: Log): void;
  /** Trains the network of sessions here and now, in steps: after training from files. */
  trainDeep(): Generator<void, void>;
  /** Ends the thread. */
  stop(): Promise<void>;
  /** Throws RangeError when what was restored is broken where only a thread would find out. */
  checkDeep(): void;
  /** Rows that windows are judged by, newest sample: address/hour and the like; null when there is no such model. */
  rowsOf(name: string): { readonly features: readonly string[]; readonly rows: Float64Array } | null;
  /** Remembers that an entity is normal here, or no longer. */
  setNormal(entity: string, normal: boolean): void;
}

/** A detector that knows nothing yet. */
export function createAnomalyDetector(settings: AnomalySettings): AnomalyDetector {
  const clock: Clock = { time: 0, hours: 0 };
  const budget = new DayBudget(settings.alerts_per_day);
  const normal = new Set<string>();
  const SHARES = sharesOf({ session: settings.sequences, own: settings.models.length > 0 });
  const risk = (share: number): number => settings.alerts_per_day * share;
  const [riskOfLines, riskOfMessages, riskOfHabits] = [risk(SHARES.line), risk(SHARES.message), risk(SHARES.habit)];
  const deep = new DeepVoice(
    {
      ...{ sequences: settings.sequences, own: settings.models, runtime: settings.onnx_runtime },
      learnSessions: settings.sequence_sessions,
      retrainMs: settings.retrain * 1000,
      riskOfSessions: risk(SHARES.session),
      riskOfOwn: risk(SHARES.own),
    },
    clock,
  );
  const windows = new WindowWatch(clock, risk(SHARES.behaviour) / MODELS, (entity) => normal.has(entity), deep);
  const programs = new ProgramWatch(clock, { learnLines: settings.learn_lines, retrainMs: settings.retrain * 1000 });
  const habits = new HabitWatch(clock);
  const site = new RarityTable({ places: 65_536, halfLife: 24 * 30 });
  const siteMemory = new HourMemory(site);
  const reading = newReading();
  const { hearsLines } = deep;
  const [addresses, users, hosts, services] = windows.tables as [
    WindowWatch['tables'][0],
    WindowWatch['tables'][0],
    WindowWatch['tables'][0],
    WindowWatch['tables'][0],
  ];
  const lineHour = new Int32Array(addresses.places);
  const lineCount = new Int32Array(addresses.places);
  let hour = 0;
  let minute = 0;
  /** Minute and hour of the line at hand, and when that minute begins. */
  let ownMinute = 0;
  let ownHour = 0;
  let ownFrom = 0;
  let newestHour = 0;
  let savedHour = 0;
  let hostName = '';
  let hostSlot = -1;
  let manyHosts = false;
  let normalDirty = false;

  function isLearning(): boolean {
    return clock.hours < settings.learn_hours;
  }

  /** The log's clock moves on; a small jump back is not followed. */
  function advance(time: number): void {
    clock.time = time;
    if (time >= ownFrom && time < ownFrom + MINUTE) return;
    const now = Math.floor(time / MINUTE);
    ownMinute = now;
    ownHour = Math.floor(now / 60);
    ownFrom = now * MINUTE;
    // Another file may begin days before the end of the one before it.
    if (now === minute || (now < minute && minute - now < 1440)) return;
    minute = now;
    const nowHour = Math.floor(now / 60);
    if (nowHour === hour) return;
    hour = nowHour;
    if (hour > newestHour) {
      newestHour = hour;
      clock.hours++;
    }
    windows.setLearning(isLearning());
    windows.keepUp(settings.retrain * 1000);
    if (hour % 24 === 0) programs.novelty.forget(time);
  }

  /** An address may teach so many lines an hour. */
  function mayTeach(slot: number): boolean {
    if (lineHour[slot] !== hour) {
      lineHour[slot] = hour;
      lineCount[slot] = 0;
    }
    if (lineCount[slot]! >= settings.lines_per_source) return false;
    lineCount[slot]!++;
    return true;
  }

  function tell(finding: Finding, place: LinePlace, out: Detection[]): void {
    const name = Object.values(finding.entity)[0]!;
    if (normal.has(name) || (finding.entity['user.name'] !== undefined && normal.has(finding.entity['user.name'])))
      return;
    if (finding.entity['source.ip'] !== undefined) windows.unusualUntil.set(name, clock.time + DAY);
    // One odd session of a program is another matter than the next thing about that program.
    const told = finding.kind === 'session' && finding.entity['process.name'] !== undefined ? `${name} session` : name;
    if (!budget.allows(told, finding.surprise, clock.time)) return;
    out.push({
      rule: { ...RULES[finding.kind], level: finding.level },
      at: clock.time,
      events: finding.events,
      entity: finding.entity,
      evidence: [finding.place ?? { source: place.source, generation: place.generation, offset: place.offset }],
      facts: { ...finding.facts, learned_hours: clock.hours },
    });
  }

  /** What rules and indicators found in this line: their addresses teach nothing for a day, and weigh more when unusual. */
  function heed(out: Detection[]): void {
    for (const [n, detection] of out.entries()) {
      const ip = detection.entity['source.ip'];
      if (ip === undefined) continue;
      const slot = addresses.find(ip);
      if (slot >= 0) addresses.accuse(slot, clock.time + DAY);
      const until = windows.unusualUntil.get(ip);
      if (until === undefined || until < clock.time || normal.has(ip)) continue;
      out[n] = {
        ...detection,
        rule: raised(detection.rule, settings.with_rule),
        facts: { ...detection.facts, unusual: 1 },
      };
    }
  }

  /** Counts the line for all whom it concerns. */
  function tally(event: LogEvent, watched: Watched, addressSlot: number, accused: boolean): void {
    const { thing, addressHash, userHash, user } = reading;
    if (thing !== 0) {
      const times = accused ? siteMemory.count(thing, ON_SITE, hour) : siteMemory.touch(thing, ON_SITE, hour);
      reading.isNew = times < KNOWN_HERE;
    }
    if (addressSlot >= 0) {
      reading.peer = userHash;
      addresses.add(addressSlot, reading);
    }
    // An attack is no day of a user, a host or a service.
    if (accused) return;
    reading.peer = addressHash;
    if (user !== null && !reading.failed) users.add(users.placeHashed(user, userHash, false, reading.time), reading);
    if (event.host !== null) tallyHost(event.host);
    if (watched.slot < 0 || services.names[watched.slot] !== watched.name)
      watched.slot = services.place(watched.name, reading.time);
    services.add(watched.slot, reading);
  }

  /** Hosts are counted once lines of more than one come in: the only host is the sum of its services. */
  function tallyHost(host: string): void {
    if (host !== hostName || (hostSlot >= 0 && hosts.names[hostSlot] !== hostName)) {
      manyHosts ||= hostName !== '' && host !== hostName;
      hostName = copyText(host);
      hostSlot = manyHosts ? hosts.place(hostName, reading.time) : -1;
    }
    if (hostSlot >= 0) hosts.add(hostSlot, reading);
  }

  /** The make of the line, and what is new in it. */
  function lookAtText(event: LogEvent, watched: Watched, addressSlot: number): Finding | null {
    const { model } = watched;
    // Of lines as long as usual some are enough: what is new in the others is seen by their templates.
    const isDull = model.threshold < 1 && model.isUsualLength(event.message.length);
    if (!isDull || programs.isLookedAt(watched, ownMinute)) {
      const packed = countLine(event.message);
      if (model.isUnusual(packed)) return programs.unusualLine(watched, event, packed, riskOfLines);
      // Before there is a model there is nothing to bend, and a proxy may be the only address there is.
      const mayLearn = model.threshold >= 1 || addressSlot < 0 || mayTeach(addressSlot);
      if (mayLearn) programs.learnLine(watched, packed);
    }
    const found = programs.lookForNew(watched, reading.shape, event, ownHour, riskOfMessages);
    return isLearning() ? null : found;
  }

  /** What the thread found meanwhile. */
  function tellDeep(out: Detection[]): void {
    for (const finding of deep.take()) {
      const ip = finding.entity['source.ip'];
      const slot = ip === undefined ? -1 : addresses.find(ip);
      const isAccused = slot >= 0 && addresses.accusedUntil(slot) > clock.time;
      if (!isAccused && !isLearning()) tell(finding, NOWHERE, out);
    }
  }

  return {
    name: 'anomaly',
    detect(event, place, out) {
      advance(event.time);
      if (out.length > 0) heed(out);
      const hadAccuser = out.length > 0;
      readTally(event, place, reading);
      const watched = programs.of(event);
      reading.shape = programs.templateOf(event, reading.failed, watched);
      const { address } = reading;
      const addressSlot =
        address === null ? -1 : addresses.placeHashed(address, reading.addressHash, reading.isExact, event.time);
      if (hadAccuser && addressSlot >= 0) addresses.accuse(addressSlot, event.time + DAY);
      const accused = hadAccuser || (addressSlot >= 0 && addresses.accusedUntil(addressSlot) > event.time);
      tally(event, watched, addressSlot, accused);
      // What something accused in this very line is not learned, and needs no second voice.
      if (!accused) {
        const found = lookAtText(event, watched, addressSlot);
        if (found !== null) tell(found, place, out);
      }
      const habit = habits.look(event, reading, accused, riskOfHabits);
      if (habit !== null && !accused && !isLearning()) tell(habit, place, out);
      if (windows.hasFound) for (const finding of windows.take()) tell(finding, place, out);
      if (hearsLines) deep.look(event, reading, watched, accused, () => programs.wordsOf(event));
    },
    late(out) {
      deep.flush();
      if (deep.hasFound) tellDeep(out);
    },
    explain: () => [],
    scoreOf(event) {
      const { model } = programs.of(event);
      const score = model.score(countLine(event.message));
      return score === null ? null : { score, threshold: model.threshold };
    },
    peek(event) {
      readTally(event, NOWHERE, reading);
      const watched = programs.of(event);
      const line = programs.peekLine(watched, event);
      const way = programs.peekNew(watched, programs.templateOf(event, reading.failed, watched), event);
      const habit = habits.peek(event, reading);
      return [
        ...(line === null ? [] : [{ rule: RULES.line, facts: line }]),
        ...(way === null ? [] : [{ rule: RULES.message, facts: way }]),
        ...(habit === null ? [] : [{ rule: RULES.habit, facts: habit }]),
      ];
    },
    state: () => ({
      hours: clock.hours,
      hoursNeeded: settings.learn_hours,
      learning: isLearning(),
      toldToday: budget.spent,
      budget: settings.alerts_per_day,
      held: budget.held,
      windows: windows.list(),
      deep: deep.states(),
      programs: [...programs.programs.values()].map(({ name, model, rate }) => ({
        name,
        lines: model.seen,
        learned: model.threshold < 1,
        threshold: model.threshold,
        news: Math.round(rate.news.reduce((sum, each) => sum + each, 0)),
        features: model.usuals(),
      })),
      users: { known: habits.habits.size, hours: Math.round(habits.habits.hours) },
      normal: [...normal],
    }),
    settle() {
      windows.keepUp(settings.retrain * 1000);
      deep.settle();
      savedHour = -SAVE_HOURS;
    },
    keepDeep: () => deep.keep(),
    keepRunning() {
      windows.keepRunning();
      savedHour = -SAVE_HOURS;
    },
    workInThread: (log) => deep.workInThread(log),
    trainDeep: () => deep.train(clock.time),
    stop: () => deep.stop(),
    checkDeep: () => deep.check(),
    rowsOf: (name) => windows.rowsOf(name),
    setNormal(entity, isNormal) {
      if (!isNormal) normal.delete(entity);
      else if (normal.size < MAX_NORMAL) normal.add(copyText(entity));
      windows.unusualUntil.delete(entity);
      normalDirty = true;
    },
    drainDirty() {
      deep.flush();
      const isDue = Math.abs(hour - savedHour) >= SAVE_HOURS;
      if (isDue) {
        windows.markDirty();
        programs.markDirty();
      }
      const entries: StateEntry[] = windows.drainDirty();
      entries.push(...deep.drain(isDue));
      for (const watched of programs.programs.values()) {
        if (!watched.model.dirty) continue;
        watched.model.dirty = false;
        entries.push({ key: `model ${watched.name}`, value: JSON.stringify(watched.model.save()) });
      }
      if (budget.dirty) entries.push({ key: 'budget', value: JSON.stringify(budget.save()) });
      budget.dirty = false;
      if (normalDirty) entries.push({ key: 'normal', value: JSON.stringify([...normal]) });
      normalDirty = false;
      if (isDue) {
        savedHour = hour;
        entries.push(
          { key: 'clock', value: JSON.stringify({ hours: clock.hours, hour }) },
          { key: 'rates', value: JSON.stringify(programs.saveRates()) },
          { key: 'habits', value: JSON.stringify(habits.save()) },
          { key: 'novelty', value: JSON.stringify(programs.saveNovelty()) },
          { key: 'site', value: JSON.stringify(site) },
        );
      }
      return entries;
    },
    restore(entries) {
      let rates: Record<string, number[]> = {};
      for (const { key, value } of entries) {
        const saved = JSON.parse(value) as unknown;
        if (key === 'budget') Array.isArray(saved) || budget.load(saved as SavedBudget);
        else if (key === 'normal') for (const each of saved as string[]) normal.add(each);
        else if (key === 'clock') {
          clock.hours = (saved as { hours: number }).hours;
          hour = (saved as { hour: number }).hour;
          newestHour = hour;
          savedHour = hour;
        } else if (key === 'habits') habits.load(saved as SavedHabits);
        else if (key === 'novelty') programs.loadNovelty(saved as Parameters<ProgramWatch['loadNovelty']>[0]);
        else if (key === 'rates') rates = saved as Record<string, number[]>;
        else if (key === 'site') site.load(saved as Parameters<RarityTable['load']>[0]);
        else if (key.startsWith('model ')) programs.loadModel(key.slice('model '.length), saved as SavedModel);
        else if (!deep.restore(key, value)) windows.restore(key, value);
      }
      programs.loadRates(rates);
      windows.setLearning(isLearning());
    },
    stats: () => ({
      anomaly_programs: programs.programs.size,
      anomaly_programs_learned: programs.learnedCount(),
      anomaly_hours: clock.hours,
      anomaly_hours_needed: settings.learn_hours,
      anomaly_told_today: budget.spent,
      anomaly_held: budget.held,
      anomaly_addresses: addresses.size,
      anomaly_addresses_dropped: addresses.dropped,
      anomaly_users: habits.habits.size,
      anomaly_novelty_size: programs.novelty.size,
      anomaly_normal: normal.size,
      ...windows.figures(),
      ...deep.stats(),
    }),
  };
}

/** A rule's words weigh one level more about somebody unusual; by setting, a rule that only tells bans him. */
function raised(rule: RuleInfo, how: AnomalySettings['with_rule']): RuleInfo {
  if (how === 'nothing' || rule.kind === 'anomaly') return rule;
  const level = LEVELS[Math.min(LEVELS.indexOf(rule.level) + 1, LEVELS.length - 1)]!;
  const bans = how === 'ban' && rule.action === 'alert' && LEVELS.indexOf(level) >= LEVELS.indexOf('high');
  return { ...rule, level, action: bans ? 'ban' : rule.action };
}
