/** Hands the windows of addresses, users, hosts and services to models that people bring, and makes findings of what these find strange. */
import type { Finding } from '../finding.ts';
import {
  type EntityKind,
  KINDS,
  LEVELS,
  plainValue,
  WINDOW_FEATURES,
  type WindowFeature,
  type WindowLevel,
} from '../window-features.ts';
import type { DeepBatch, OddRow, OwnModel } from './words.ts';

/** A model as the settings name it. */
export interface OwnModelSetting {
  readonly name: string;
  readonly file: string;
  readonly of: EntityKind;
  readonly window: WindowLevel;
  readonly features: readonly WindowFeature[];
  readonly output?: string | undefined;
  readonly stranger: 'higher' | 'lower';
}

/** A window as the watch of windows sees it. */
export interface SeenWindow {
  readonly kind: number;
  readonly level: number;
  readonly name: string;
  readonly row: Float64Array;
  readonly events: number;
  readonly source: string;
  readonly generation: string;
  readonly offset: number;
  /** It ended and nobody accused its entity. */
  readonly teaches: boolean;
  /** The usual middle of each feature; null before anything is learned. */
  readonly middle: Float64Array | null;
}

interface Kept {
  readonly model: number;
  readonly seen: SeenWindow;
}

const MAX_KEPT = 4096;
const BATCH = 64;
const HOUR = 3_600_000;
const FIELDS = ['source.ip', 'user.name', 'host.hostname', 'process.name'];

/** The models of the settings as the thread is told of them. */
export function ownModels(settings: readonly OwnModelSetting[]): OwnModel[] {
  return settings.map(({ name, file, features, output, stranger }) => ({
    ...{ name, file, width: features.length },
    output: output ?? null,
    lowerIsStranger: stranger === 'lower',
  }));
}

/** Windows on their way. */
export class OwnWatch {
  /** Windows that were not judged because the thread lagged behind. */
  dropped = 0;
  private readonly settings: readonly OwnModelSetting[];
  private readonly wants: readonly (readonly number[])[];
  private readonly columns: readonly (readonly number[])[];
  private readonly post: (batch: DeepBatch) => void;
  private readonly time: () => number;
  private readonly kept = new Map<number, Kept>();
  private rows: { model: number; id: number; teaches: boolean; row: Float64Array }[] = [];
  private nextId = 1;
  private newest = 0;

  constructor(settings: readonly OwnModelSetting[], post: (batch: DeepBatch) => void, time: () => number) {
    this.settings = settings;
    this.post = post;
    this.time = time;
    this.columns = settings.map((each) => each.features.map((feature) => WINDOW_FEATURES.indexOf(feature)));
    this.wants = KINDS.map((kind) =>
      LEVELS.map((level) =>
        settings.reduce((mask, each, n) => (each.of === kind && each.window === level ? mask | (1 << n) : mask), 0),
      ),
    );
  }

  /** True when some model is about such windows. */
  isAbout(kind: number, level: number): boolean {
    return this.wants[kind]![level]! !== 0;
  }

  /** Takes a window in; `seen.row` is copied. */
  look(seen: SeenWindow): void {
    const mask = this.wants[seen.kind]![seen.level]!;
    // A batch lies within an hour: the thread counts the hours by its batches.
    const time = this.time();
    if (Math.floor(time / HOUR) !== Math.floor(this.newest / HOUR)) this.flush();
    this.newest = time;
    for (let model = 0; model < this.settings.length; model++) {
      if ((mask & (1 << model)) === 0) continue;
      if (this.kept.size >= MAX_KEPT) {
        this.dropped++;
        continue;
      }
      const id = this.nextId++;
      const row = Float64Array.from(this.columns[model]!, (column) => seen.row[column]!);
      this.kept.set(id, { model, seen: { ...seen, row: seen.row.slice(), middle: seen.middle?.slice() ?? null } });
      this.rows.push({ model, id, teaches: seen.teaches, row });
      if (this.rows.length >= BATCH) this.flush();
    }
  }

  /** Sends what was gathered. */
  flush(): void {
    if (this.rows.length === 0) return;
    const { rows } = this;
    this.rows = [];
    this.post({ time: this.newest, events: new Float64Array(0), rows });
  }

  /** The thread broke: what was under way is gone. */
  reset(): void {
    this.kept.clear();
    this.rows = [];
  }

  /** So many rows were answered, oldest first; what was odd among them, as findings. */
  answered(rows: number, odd: readonly OddRow[]): Finding[] {
    const found = odd.flatMap((each) => this.findingOf(each) ?? []);
    for (const id of this.kept.keys()) {
      if (rows-- <= 0) break;
      this.kept.delete(id);
    }
    return found;
  }

  private findingOf(odd: OddRow): Finding | null {
    const kept = this.kept.get(odd.id);
    if (kept === undefined) return null;
    const { seen, model } = kept;
    const setting = this.settings[model]!;
    const facts: Record<string, string | number> = {
      model: setting.name,
      of: KINDS[seen.kind]!,
      window: LEVELS[seen.level]!,
      score: Number(odd.score.toPrecision(4)),
      usual: Number(odd.usual.toPrecision(4)),
      rows: odd.rows,
      per_day: Number(odd.perDay.toPrecision(2)),
    };
    for (const [n, column] of farthest(seen, this.columns[model]!).entries()) {
      const feature = WINDOW_FEATURES[column]!;
      facts[`feature${n + 1}`] = feature;
      facts[`value${n + 1}`] = plainValue(feature, seen.row[column]!);
      facts[`usual${n + 1}`] = plainValue(feature, seen.middle![column]!);
      facts[`whose${n + 1}`] = 'all';
    }
    return {
      kind: 'own',
      entity: { [FIELDS[seen.kind]!]: seen.name },
      surprise: -Math.log(Math.max(1e-12, odd.share)),
      perDay: odd.perDay,
      events: seen.events,
      level: 'medium',
      place: { source: seen.source, generation: seen.generation, offset: seen.offset },
      facts,
    };
  }
}

/** The two features that lie farthest above their usual middle; none before anything is learned. */
function farthest({ row, middle }: SeenWindow, columns: readonly number[]): number[] {
  if (middle === null) return [];
  return [...columns]
    .filter((column) => row[column]! > middle[column]!)
    .sort((a, b) => row[b]! - middle[b]! - (row[a]! - middle[a]!))
    .slice(0, 2);
}
