/** Watches each program's lines: their make (length, digits, letters) and what in them is new. */
import { copyText } from '../../kit/text.ts';
import { type LogEvent, NO_FIELDS } from '../../model/log-event.ts';
import { type Clock, daysOf, type Finding } from './finding.ts';
import { hashText } from './hash-text.ts';
import { countLine } from './line-features.ts';
import { TemplateMiner } from './models/template-miner.ts';
import { ProgramModel, type SavedModel } from './program-model.ts';
import { type Novelty, type NoveltyRate, newRate, ProgramNovelty, type SavedNovelty } from './program-novelty.ts';
import { Sampling, strideFor } from './sampling.ts';

const MAX_PROGRAMS = 200;
/** A learning program's row is looked at for growth this often. */
const GROWTH_CHECK = 512;
/** Of a program's dull lines all are looked at for their make while so many come in a minute, of more a share of at least one in so many. */
const LOOKS = 16;
const FEWEST = 16;

/** One program. */
export interface Watched {
  readonly name: string;
  readonly hash: number;
  readonly model: ProgramModel;
  readonly rate: NoveltyRate;
  /** Its place among the services' windows, -1 before it has one. */
  slot: number;
  /** The action of its line before, and its hash. */
  action: string;
  actionHash: number;
  /** Dull lines in the minute at hand, and one in how many of them is looked at. */
  minute: number;
  dull: number;
  stride: number;
}

/** All programs. */
export class ProgramWatch {
  readonly programs = new Map<string, Watched>();
  readonly novelty = new ProgramNovelty();
  private readonly miner = new TemplateMiner();
  /** Hash of a template's text, by its number. */
  private readonly textHashes: number[] = [];
  private readonly actions = new Map<string, number>();
  private readonly looks = new Sampling(1);
  private readonly clock: Clock;
  private readonly learnLines: number;
  private readonly retrainMs: number;

  constructor(clock: Clock, settings: { readonly learnLines: number; readonly retrainMs: number }) {
    this.clock = clock;
    this.learnLines = settings.learnLines;
    this.retrainMs = settings.retrainMs;
  }

  /** The program of an event. */
  of(event: LogEvent): Watched {
    const name = event.program ?? event.kind.category ?? 'other';
    // Decoders give the same text for the same program, which knows its hash.
    const found = this.programs.get(name);
    if (found !== undefined) return found;
    const key = this.programs.size < MAX_PROGRAMS ? copyText(name) : 'other';
    return this.programs.get(key) ?? this.make(key);
  }

  private make(name: string): Watched {
    const made = {
      ...{ name, hash: hashText(name), model: new ProgramModel(name.length + 1), rate: newRate(), slot: -1 },
      ...{ action: '', actionHash: hashText(''), minute: 0, dull: 0, stride: 1 },
    };
    this.programs.set(name, made);
    return made;
  }

  /** A number for the kind of message: of the decoder's action, or of the mined template. 0 when it cannot be told apart. */
  templateOf(event: LogEvent, failed: boolean, watched: Watched): number {
    const action = event.fields === NO_FIELDS ? undefined : event.fields['event.action'];
    if (typeof action === 'string') {
      if (action !== watched.action) this.turnTo(action, watched);
      return watched.actionHash ^ (failed ? 2 : 0);
    }
    const id = this.miner.mine(event.message);
    return id === 0 ? 0 : this.textHash(id);
  }

  /** The kind of an event's message in words. */
  wordsOf(event: LogEvent): string {
    const action = event.fields['event.action'];
    if (typeof action === 'string') return event.fields['event.outcome'] === 'failure' ? `${action} (failure)` : action;
    return this.miner.textOf(this.miner.mine(event.message));
  }

  private textHash(id: number): number {
    let hash = this.textHashes[id];
    if (hash === undefined) {
      hash = hashText(this.miner.textOf(id));
      this.textHashes[id] = hash;
    }
    return hash;
  }

  private turnTo(action: string, watched: Watched): void {
    const known = this.actions.get(action);
    watched.actionHash = known ?? hashText(action);
    watched.action = copyText(action);
    if (known === undefined && this.actions.size < 4096) this.actions.set(watched.action, watched.actionHash);
  }

  /** Whether a line as long as usual is looked at for its make; `minute` since the epoch. */
  isLookedAt(watched: Watched, minute: number): boolean {
    if (watched.minute !== minute) {
      watched.stride = strideFor(watched.dull, LOOKS, 1, FEWEST);
      watched.minute = minute;
      watched.dull = 0;
    }
    watched.dull++;
    return this.looks.isTurn(watched.stride);
  }

  /** What is new about a line, once its program has been read long enough; null when news come too often to be told. */
  lookForNew(watched: Watched, template: number, event: LogEvent, hour: number, risk: number): Finding | null {
    const way = this.novelty.look(watched, template, event.pid ?? 0, Math.floor(event.time / 1000), hour);
    if (way === null || watched.rate.lines < this.learnLines) return null;
    const perDay = ProgramNovelty.perDay(watched.rate, way);
    if (perDay > risk / Math.max(1, this.programs.size)) return null;
    return this.newMessage(watched, way, event, perDay);
  }

  private newMessage({ name, rate }: Watched, way: Novelty, event: LogEvent, perDay: number): Finding {
    return {
      kind: 'message',
      entity: entityOf(event, name),
      surprise: -Math.log(Math.max(1e-12, perDay / Math.max(1, (rate.lines * 24) / Math.max(24, rate.hours)))),
      perDay,
      events: 1,
      level: 'low',
      facts: { way, program: name, lines: rate.lines, per_day: Number(perDay.toPrecision(2)) },
    };
  }

  /** What is unusual about a line's make, once the model said that it is; null when such lines come too often to be told. */
  unusualLine({ model, name }: Watched, event: LogEvent, packed: number, risk: number): Finding | null {
    model.unusual++;
    const perDay = (model.unusual - 0.5) / daysOf(this.clock);
    if (perDay > risk / Math.max(1, this.learnedCount())) return null;
    const [first] = model.explain(packed);
    return {
      kind: 'line',
      entity: entityOf(event, name),
      surprise: -Math.log(model.unusual / (model.seen + 1)),
      perDay,
      events: 1,
      level: 'low',
      facts: {
        score: Number((model.score(packed) ?? 0).toFixed(3)),
        per_day: Number(perDay.toPrecision(2)),
        ...(first === undefined
          ? {}
          : { feature: first.feature, value: first.value, usual: `${first.low} - ${first.high}` }),
      },
    };
  }

  /** What is unusual about a line's make, null for nothing; learns nothing. */
  peekLine({ model }: Watched, event: LogEvent): Finding['facts'] | null {
    const packed = countLine(event.message);
    if (!model.isUnusual(packed)) return null;
    const [first] = model.explain(packed);
    if (first === undefined) return null;
    return { feature: first.feature, value: first.value, usual: `${first.low} - ${first.high}` };
  }

  /** Whether a program known for long never said such a thing; learns nothing. */
  peekNew({ name, hash, rate }: Watched, template: number, event: LogEvent): Finding['facts'] | null {
    if (rate.lines < this.learnLines || template === 0) return null;
    if (this.novelty.knows(hash, template, event.time)) return null;
    return { way: 'template', program: name, lines: Math.round(rate.lines) };
  }

  /** Takes a usual line in. */
  learnLine({ model }: Watched, packed: number): void {
    model.learn(packed);
    if (model.seen % GROWTH_CHECK !== 0) return;
    model.growWhenDue(this.learnLines, this.clock.time, this.retrainMs);
    // What is learned before the first forest is little and saved often; a forest is large, and saved as it grows and with all the rest.
    if (model.threshold >= 1) model.dirty = true;
  }

  /** Programs with a model. */
  learnedCount(): number {
    let count = 0;
    for (const { model } of this.programs.values()) if (model.threshold < 1) count++;
    return count;
  }

  /** Takes a saved model in. */
  loadModel(name: string, saved: SavedModel): void {
    (this.programs.get(name) ?? this.make(name)).model.load(saved);
  }

  /** How often each program brings news: small, so it is kept every hour. */
  saveRates(): Record<string, readonly number[]> {
    return Object.fromEntries(
      [...this.programs].map(([name, { rate }]) => [name, [rate.lines, rate.hours, rate.hour, ...rate.news]]),
    );
  }

  /** Takes saved rates in, after the models. */
  loadRates(saved: Readonly<Record<string, readonly number[]>>): void {
    for (const [name, values] of Object.entries(saved).slice(0, MAX_PROGRAMS)) {
      const { rate } = this.programs.get(name) ?? this.make(name);
      const [lines = 0, hours = 0, hour = 0, ...news] = values;
      Object.assign(rate, { lines, hours, hour });
      rate.news.set(news.slice(0, rate.news.length));
    }
  }

  /** Every program that learned since it was saved is saved at the next drain. */
  markDirty(): void {
    for (const { model } of this.programs.values()) if (model.isNewer) model.dirty = true;
  }

  saveNovelty(): SavedNovelty & { readonly wide: readonly (readonly (string | null)[])[] } {
    return { ...this.novelty.save(), wide: this.miner.wideTemplates() };
  }

  loadNovelty(saved: SavedNovelty & { readonly wide?: readonly (readonly (string | null)[])[] }): void {
    this.novelty.load(saved);
    this.miner.takeWide(saved.wide ?? []);
  }
}

function entityOf(event: LogEvent, program: string): Record<string, string> {
  const ip = event.fields['source.ip'];
  return typeof ip === 'string' ? { 'source.ip': copyText(ip) } : { 'process.name': program };
}
