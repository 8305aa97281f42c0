/** Watches the windows of addresses, users, hosts and services, each kind and length against its own model. */
import type { StateEntry } from '../../kit/state.ts';
import type { DeepVoice } from './deep/deep-voice.ts';
import { EntityTable } from './entity-table.ts';
import { type Clock, daysOf, type Finding } from './finding.ts';
import { packNumbers, unpackNumbers } from './models/pack-numbers.ts';
import { THINGS } from './read-tally.ts';
import { loadRunning, type SavedRunning, saveRunning } from './running-windows.ts';
import { Sampling, strideFor } from './sampling.ts';
import {
  type EntityKind,
  floodTimes,
  isWorthTelling,
  KINDS,
  LEAST_SPREADS,
  LEVELS,
  plainValue,
  WINDOW_FEATURES,
  WINDOW_WIDTH,
  type WindowLevel,
} from './window-features.ts';
import { type Judgement, type SavedWindowModel, WindowModel } from './window-model.ts';

/** Kept entities of each kind, in the order of KINDS, and how many window lengths they have. */
const PLACES = [16_384, 4096, 256, 256];
const LEVEL_COUNTS = [3, 3, 2, 2];
const FIELDS = ['source.ip', 'user.name', 'host.hostname', 'process.name'];
/** A window with fewer events is no row, unless it moved more bytes than any usual one. */
const LEAST_EVENTS = [8, 4, 4];
/** Rows an hour that one entity may teach; and how long an accused one teaches nothing. */
const ROWS_AN_HOUR = 6;
/** Rows of its own from which on an entity's own usual counts. */
const OWN_ROWS = [48, 24, 5];
/** Rows that an entity's own usual reaches back. */
const OWN_MEMORY = [200, 48, 14];
/** Once a model has enough, one in so many windows teaches its entity's own usual, a power of two. */
const TEACHING = 4;
/** Of these so many an hour teach the model, if there are more a share of at least one in so many: it reaches further back for it. */
const ROWS_FOR_MODEL = 256;
const FEWEST = 64;
/** Features that count different ones. */
const DISTINCT: ReadonlySet<string> = new Set(['things', 'peers', 'ports']);
const DAY = 86_400_000;

/** A model with what is counted of it. */
interface Watched {
  readonly name: string;
  readonly model: WindowModel;
  /** Windows judged, over all runs. */
  judged: number;
  /** Newest scores, for those who look. */
  readonly recent: number[];
  /** Windows in the hour at hand that taught an entity its own usual, and one in how many of them teaches the model. */
  hour: number;
  taught: number;
  stride: number;
}

/** A window. */
interface Seen {
  readonly table: EntityTable;
  readonly kind: number;
  readonly slot: number;
  readonly level: number;
  readonly watched: Watched;
}

/** A model as it is listed. */
export interface WindowModelState {
  readonly name: string;
  readonly kind: EntityKind;
  readonly level: WindowLevel;
  readonly rows: number;
  readonly judged: number;
  readonly grown: boolean;
  readonly threshold: number | null;
  readonly drift: number;
  readonly changes: number;
  readonly scores: readonly number[];
  readonly features: readonly { readonly name: string; readonly usual: number; readonly high: number }[];
}

/** All windows. */
export class WindowWatch {
  readonly tables: readonly EntityTable[];
  readonly watched: readonly (readonly Watched[])[];
  private readonly clock: Clock;
  private readonly riskPerModel: number;
  private readonly isNormal: (entity: string) => boolean;
  private readonly deep: Pick<DeepVoice, 'isAbout' | 'lookWindow'> | null;
  private readonly row = new Float64Array(WINDOW_WIDTH);
  private readonly found: Finding[] = [];
  private learning = true;
  private readonly turns = new Sampling(2);
  /** Addresses found unusual, and until when that counts. */
  readonly unusualUntil = new Map<string, number>();
  private usualDue = false;
  private stopping = false;
  /** Kept windows that were taken in: the store lets go of them, or a later start would take them in again. */
  private readonly spent: string[] = [];

  constructor(
    clock: Clock,
    riskPerModel: number,
    isNormal: (entity: string) => boolean,
    deep: Pick<DeepVoice, 'isAbout' | 'lookWindow'> | null = null,
  ) {
    this.clock = clock;
    this.deep = deep;
    this.riskPerModel = riskPerModel;
    this.isNormal = isNormal;
    this.tables = KINDS.map(
      (_, kind) =>
        new EntityTable(
          PLACES[kind]!,
          LEVEL_COUNTS[kind]!,
          (slot, level, ended) => this.look(kind, slot, level, ended),
          kind === 0,
        ),
    );
    this.watched = KINDS.map((kind, index) =>
      LEVELS.slice(0, LEVEL_COUNTS[index]).map((level, at) => ({
        name: `${kind}/${level}`,
        model: new WindowModel(WINDOW_WIDTH, {
          risk: 0.001,
          crowd: index < 2,
          seed: index * 10 + at + 1,
          spreads: LEAST_SPREADS,
        }),
        judged: 0,
        recent: [],
        hour: 0,
        taught: 0,
        stride: TEACHING,
      })),
    );
  }

  /** Whether anything is told; while false everything is only learned. */
  setLearning(learning: boolean): void {
    this.learning = learning;
  }

  /** What was found since the last call. */
  take(): Finding[] {
    return this.found.splice(0);
  }

  /** True when something was found since the last call of `take`. */
  get hasFound(): boolean {
    return this.found.length > 0;
  }

  /** Ends windows of silent entities, grows models that are due. */
  keepUp(retrainMs: number): void {
    const { time } = this.clock;
    for (const table of this.tables) table.sweep(time);
    for (const levels of this.watched) for (const { model } of levels) model.keepUp(time, retrainMs);
    for (const [address, until] of this.unusualUntil) if (until < time) this.unusualUntil.delete(address);
  }

  private look(kind: number, slot: number, level: number, ended: boolean): void {
    const table = this.tables[kind]!;
    const watched = this.watched[kind]![level]!;
    const { model } = watched;
    const bytesHigh = model.isGrown && table.bytesOf(slot, level) > 1e6 ? 2 ** model.highOf(7) * 4 : Infinity;
    if (table.eventsOf(slot, level) < LEAST_EVENTS[level]! && table.bytesOf(slot, level) < bytesHigh) return;
    const { row } = this;
    if (ended) watched.judged++;
    table.countsOf(slot, level, row);
    // Most windows are not worth a word whatever is thought of them: of those a sample is judged, for learning alone.
    const perDayOf = watched.judged / daysOf(this.clock);
    const isWorth =
      model.isGrown &&
      model.leastShare() * perDayOf <= this.riskPerModel &&
      this.isWorthTelling(model, table, slot, level);
    const isAbout = this.deep?.isAbout(kind, level) === true;
    const isTurn = ended && (model.isHungry || this.turns.isTurn(TEACHING));
    const teachesOwn = isTurn && this.mayTeach(kind, slot, level);
    if (!isWorth && !teachesOwn && !isAbout) return;
    table.restOf(slot, level, row);
    if (isAbout) this.showOwn(this.deep!, kind, slot, level, ended);
    const teaches = teachesOwn && this.teachesModel(watched);
    if (isWorth || teaches) this.weigh({ table, kind, slot, level, watched }, isWorth, teaches, perDayOf);
    if (teachesOwn) this.learnOwn(table, slot, level);
  }

  /** Whether a window that may teach teaches the model: all of them while it has little. */
  private teachesModel(watched: Watched): boolean {
    const hour = Math.floor(this.clock.time / 3_600_000);
    if (watched.hour !== hour) {
      watched.stride = strideFor(watched.taught, ROWS_FOR_MODEL, 1, FEWEST);
      watched.hour = hour;
      watched.taught = 0;
    }
    watched.taught++;
    return watched.model.isHungry || this.turns.isTurn(watched.stride);
  }

  /** Judges a window, tells of it and teaches the model with it, as asked. */
  private weigh(seen: Seen, isWorth: boolean, teaches: boolean, perDayOf: number): void {
    const { table, kind, slot, level, watched } = seen;
    const judgement = watched.model.judge(this.row);
    if (teaches && judgement !== null) this.remember(watched, table, slot, judgement);
    const name = table.names[slot]!;
    let unusual = false;
    if (judgement !== null && isWorth) {
      const perDay = judgement.share * perDayOf;
      unusual = perDay <= this.riskPerModel;
      if (unusual && !this.isNormal(name)) {
        if (kind === 0) this.noteUnusual(name);
        const isAccused = table.accusedUntil(slot) > this.clock.time;
        if (!this.learning && !isAccused) this.tell(kind, slot, level, judgement, perDay);
        else unusual = perDay <= this.riskPerModel / 4;
      } else unusual = false;
    }
    if (teaches) this.teach(seen, judgement, unusual);
  }

  /** Shows a window to models that people bring. */
  private showOwn(
    deep: Pick<DeepVoice, 'lookWindow'>,
    kind: number,
    slot: number,
    level: number,
    ended: boolean,
  ): void {
    const table = this.tables[kind]!;
    const { model } = this.watched[kind]![level]!;
    const accused = table.accusedUntil(slot) > this.clock.time;
    if (accused) return;
    deep.lookWindow({
      ...{ kind, level, row: this.row, teaches: ended },
      name: table.names[slot]!,
      events: table.eventsOf(slot, level),
      ...table.origins[slot]!,
      offset: table.offset(slot),
      middle: model.isGrown ? Float64Array.from(this.row, (_, feature) => model.middleOf(feature)) : null,
    });
  }

  private noteUnusual(address: string): void {
    if (this.unusualUntil.size < 10_000) this.unusualUntil.set(address, this.clock.time + DAY);
  }

  /** Whether a window may teach: nobody accused its entity, which did not teach enough this hour; then it counts as having taught. */
  private mayTeach(kind: number, slot: number, level: number): boolean {
    const table = this.tables[kind]!;
    const { time } = this.clock;
    if (table.accusedUntil(slot) > time) return false;
    const hour = Math.floor(time / 3_600_000);
    if (table.taughtHour[slot] !== hour) {
      table.taughtHour[slot] = hour;
      table.taughtRows[slot] = 0;
    }
    // Hosts and services are few and speak for many.
    if (kind < 2 && level === 0 && table.taughtRows[slot]! >= ROWS_AN_HOUR) return false;
    if (level === 0) table.taughtRows[slot]!++;
    return true;
  }

  /** Keeps a score for those who look. */
  private remember({ recent }: Watched, table: EntityTable, slot: number, { score }: Judgement): void {
    if (table.accusedUntil(slot) > this.clock.time) return;
    recent.push(Math.round(score * 100) / 100);
    if (recent.length > 60) recent.shift();
  }

  /** What an ended window teaches: the drift always, the model unless it is unusual. */
  private teach({ table, kind, slot, watched }: Seen, judgement: Judgement | null, unusual: boolean): void {
    const hour = Math.floor(this.clock.time / 3_600_000);
    watched.model.note(this.row, slot, judgement);
    const span = kind < 2 ? Math.floor(hour / 24) : hour;
    const mayTeachTail = table.tailDay[slot] !== span;
    if (!unusual) watched.model.learn(this.row, slot, judgement, mayTeachTail);
    else if (judgement !== null && mayTeachTail) watched.model.reject(judgement);
    if (judgement !== null && watched.model.isTail(judgement)) table.tailDay[slot] = span;
  }

  private learnOwn(table: EntityTable, slot: number, level: number): void {
    const at = slot * LEVELS.length + level;
    const rows = Math.min(table.usualRows[at]! + 1, OWN_MEMORY[level]!);
    table.usualRows[at] = rows;
    for (let feature = 0; feature < WINDOW_WIDTH; feature++) {
      const place = at * WINDOW_WIDTH + feature;
      table.usual[place]! += (this.row[feature]! - table.usual[place]!) / rows;
    }
  }

  /** True when some feature is worth a person's time, beside what is usual for all and for this entity. */
  private isWorthTelling(model: WindowModel, table: EntityTable, slot: number, level: number): boolean {
    const at = slot * LEVELS.length + level;
    const knowsOwn = table.usualRows[at]! >= OWN_ROWS[level]!;
    for (let feature = 0; feature < WINDOW_WIDTH; feature++) {
      const value = this.row[feature]!;
      if (value <= model.highOf(feature)) continue;
      const usual = knowsOwn ? table.usual[at * WINDOW_WIDTH + feature]! : model.middleOf(feature);
      if (isWorthTelling(feature, value, usual)) return true;
    }
    return false;
  }

  private tell(kind: number, slot: number, level: number, judgement: Judgement, perDay: number): void {
    const table = this.tables[kind]!;
    const at = slot * LEVELS.length + level;
    const knowsOwn = table.usualRows[at]! >= 3;
    const facts: Record<string, string | number> = {
      of: KINDS[kind]!,
      window: LEVELS[level]!,
      score: round(judgement.score),
      forest: round(judgement.forest),
      loda: round(judgement.loda),
      reach: round(judgement.reach),
      per_day: Number(perDay.toPrecision(2)),
      things: THINGS[table.thingIs(slot)]!,
    };
    const { model } = this.watched[kind]![level]!;
    const reasons = this.reasonsOf(model, table, at, knowsOwn);
    const events = plainValue('events', this.row[0]!);
    for (const [n, { feature, usual }] of reasons.entries()) {
      const name = WINDOW_FEATURES[feature]!;
      const own = table.usual[at * WINDOW_WIDTH + feature]!;
      facts[`feature${n + 1}`] = name;
      // Different ones are estimated, and never more than there were lines.
      const value = plainValue(name, this.row[feature]!);
      facts[`value${n + 1}`] = DISTINCT.has(name) ? Math.min(value, events) : value;
      facts[`usual${n + 1}`] = plainValue(name, knowsOwn ? own : usual);
      facts[`whose${n + 1}`] = knowsOwn ? 'own' : 'all';
    }
    const news = plainValue('news', this.row[6]!);
    if (news > 0) {
      facts.new = news;
      facts.new_of = events;
    }
    const culprit = kind < 2 ? null : this.culpritOf(reasons[0]?.feature ?? -1, this.row);
    if (culprit !== null) facts.by = table.names[slot]!;
    const times =
      kind < 2 ? 0 : floodTimes(this.row[0]!, knowsOwn ? table.usual[at * WINDOW_WIDTH]! : model.middleOf(0));
    if (times > 0) {
      facts.flood = times;
      facts.flood_peers = Math.min(plainValue('peers', this.row[WINDOW_FEATURES.indexOf('peers')]!), events);
    }
    this.found.push({
      kind: 'behaviour',
      entity: culprit === null ? { [FIELDS[kind]!]: table.names[slot]! } : { 'source.ip': culprit },
      surprise: judgement.score,
      perDay,
      events: table.eventsOf(slot, level),
      place: { ...table.origins[slot]!, offset: table.offset(slot) },
      level: 'medium',
      facts,
    });
  }

  /** The strongest reasons, without those that are hardly more than this very entity's usual: the first is always told. */
  private reasonsOf(
    model: WindowModel,
    table: EntityTable,
    at: number,
    knowsOwn: boolean,
  ): ReturnType<WindowModel['explain']> {
    const all = model.explain(this.row);
    if (!knowsOwn) return all.slice(0, 3);
    const usualOf = (feature: number): number => table.usual[at * WINDOW_WIDTH + feature]!;
    return all
      .filter(({ feature }, n) => n === 0 || this.row[feature]! > usualOf(feature) + LEAST_SPREADS[feature]!)
      .slice(0, 3);
  }

  /** The address that at least half of a host's or service's unusual amount comes from; null when there is no such one. */
  private culpritOf(feature: number, row: Float64Array): string | null {
    const name = WINDOW_FEATURES[feature];
    if (name !== 'events' && name !== 'failures' && name !== 'news' && name !== 'bytes') return null;
    const addresses = this.tables[0]!;
    const heaviest = addresses.heaviest(name, this.clock.time);
    if (heaviest === null || heaviest.amount < (2 ** row[feature]! - 1) / 2) return null;
    const address = addresses.names[heaviest.slot]!;
    return this.isNormal(address) ? null : address;
  }

  /** Rows, threshold, drift and newest score of each grown model, for metrics. */
  figures(): Record<string, number> {
    const out: Record<string, number> = {};
    for (const { name, model, recent } of this.watched.flat()) {
      if (!model.isGrown) continue;
      const key = name.replace('/', '_');
      const threshold = model.threshold();
      out[`anomaly_rows_${key}`] = model.sample.seen;
      out[`anomaly_drift_${key}`] = Number(model.drift().toFixed(3));
      out[`anomaly_changes_${key}`] = model.changes;
      if (threshold !== null && Number.isFinite(threshold)) out[`anomaly_threshold_${key}`] = round(threshold);
      if (recent.length > 0) out[`anomaly_score_${key}`] = recent.at(-1)!;
    }
    return out;
  }

  /** The rows a model learns from, as models see them; null when there is no such model. */
  rowsOf(name: string): { readonly features: readonly string[]; readonly rows: Float64Array } | null {
    const found = this.watched.flat().find((each) => each.name === name);
    return found === undefined ? null : { features: WINDOW_FEATURES, rows: found.model.sample.held() };
  }

  /** Models as they are listed. */
  list(): WindowModelState[] {
    return this.watched.flatMap((levels, kind) =>
      levels.map(({ name, model, judged, recent }, level) => {
        const threshold = model.threshold();
        return {
          name,
          kind: KINDS[kind]!,
          level: LEVELS[level]!,
          rows: model.sample.seen,
          judged,
          grown: model.isGrown,
          threshold: threshold === null || !Number.isFinite(threshold) ? null : round(threshold),
          drift: Number(model.drift().toFixed(3)),
          changes: model.changes,
          scores: recent,
          features: model.isGrown
            ? WINDOW_FEATURES.map((feature, at) => ({
                name: feature,
                usual: plainValue(feature, model.middleOf(at)),
                high: plainValue(feature, model.highOf(at)),
              }))
            : [],
        };
      }),
    );
  }

  /** All models with rows, and what is usual for each entity, are saved at the next drain. */
  markDirty(): void {
    this.usualDue = true;
    for (const { model } of this.watched.flat()) if (model.sample.count > 0) model.dirty = true;
  }

  /** Bekçi is about to stop: the next drain keeps the windows that run. */
  keepRunning(): void {
    this.stopping = true;
  }

  drainDirty(): StateEntry[] {
    const entries: StateEntry[] = this.spent.splice(0).map((key) => ({ key, value: null }));
    if (this.stopping) {
      this.stopping = false;
      for (const [kind, table] of this.tables.entries())
        entries.push({ key: `running ${KINDS[kind]}`, value: JSON.stringify(saveRunning(table)) });
    }
    for (const { name, model, judged } of this.watched.flat()) {
      if (!model.dirty) continue;
      model.dirty = false;
      entries.push({ key: `window ${name}`, value: JSON.stringify({ ...model.save(), judged }) });
    }
    if (!this.usualDue) return entries;
    this.usualDue = false;
    for (const [kind, table] of this.tables.entries())
      entries.push({ key: `usual ${KINDS[kind]}`, value: JSON.stringify(saveUsual(table)) });
    return entries;
  }

  /** Takes a saved entry in; false when it is none of ours. */
  restore(key: string, value: string): boolean {
    if (key.startsWith('window ')) {
      const saved = JSON.parse(value) as SavedWindowModel & { judged: number };
      const watched = this.watched.flat().find((each) => `window ${each.name}` === key);
      watched?.model.load(saved);
      if (watched !== undefined) watched.judged = saved.judged;
      return true;
    }
    if (key.startsWith('running ')) {
      const kind = KINDS.findIndex((each) => `running ${each}` === key);
      if (kind >= 0) loadRunning(this.tables[kind]!, JSON.parse(value) as SavedRunning);
      this.spent.push(key);
      return true;
    }
    if (!key.startsWith('usual ')) return false;
    const kind = KINDS.findIndex((each) => `usual ${each}` === key);
    if (kind >= 0) loadUsual(this.tables[kind]!, JSON.parse(value) as SavedUsual);
    return true;
  }
}

/** Name, rows of each length, and the usual row of each length packed. */
type SavedUsual = readonly (readonly [string, readonly number[], string, number])[];

const MAX_SAVED = 4000;
const PER_ENTITY = LEVELS.length * WINDOW_WIDTH;

function saveUsual(table: EntityTable): SavedUsual {
  const out: [string, number[], string, number][] = [];
  for (const [slot, name] of table.names.entries()) {
    const rows = [...table.usualRows.subarray(slot * LEVELS.length, (slot + 1) * LEVELS.length)];
    if (rows.every((each) => each < 3)) continue;
    out.push([
      name,
      rows,
      packNumbers(table.usual.subarray(slot * PER_ENTITY, (slot + 1) * PER_ENTITY)),
      table.lastTime(slot),
    ]);
  }
  return out.sort((a, b) => b[3] - a[3]).slice(0, MAX_SAVED);
}

function loadUsual(table: EntityTable, saved: SavedUsual): void {
  for (const [name, rows, packed, time] of saved.slice(0, MAX_SAVED)) {
    const usual = unpackNumbers(packed, Float32Array);
    if (usual.length !== PER_ENTITY || rows.length !== LEVELS.length || !usual.every(Number.isFinite)) continue;
    const slot = table.place(name, time);
    table.usual.set(usual, slot * PER_ENTITY);
    table.usualRows.set(rows, slot * LEVELS.length);
  }
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
