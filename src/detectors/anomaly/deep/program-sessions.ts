/** The sessions of one program: a sample to learn from, the scores of those it was not trained on, and what was odd of late. */
import { packNumbers, unpackNumbers } from '../models/pack-numbers.ts';
import { UsualScores } from './usual-scores.ts';

/** Sessions kept to learn from; once full a new one takes a random place, so that the sample forgets. */
const KEPT = 256;
/** Odd sessions remembered, and by how many different ones they must come before they count as a changed world. */
const ODD_KEPT = 32;
const CHANGED_OWNERS = 8;
/** Marks a session's end in the packed sample: no hash is 0. */
const CUT = 0;

/** A program as it is kept. */
export interface SavedProgram {
  readonly hash: number;
  readonly seen: number;
  readonly judged: number;
  readonly changes: number;
  readonly sample: string;
  readonly scores: readonly number[];
}

/** Learns one program's sessions. */
export class ProgramSessions {
  readonly hash: number;
  /** Sessions learned, and sessions that ended with a judgement. */
  seen = 0;
  judged = 0;
  changes = 0;
  sample: Int32Array[] = [];
  scores = new UsualScores();
  /** True once the network in use was trained on it. */
  inModel = false;
  private readonly odd: { owner: number; session: Int32Array }[] = [];
  private readonly random: () => number;

  constructor(hash: number, random: () => number) {
    this.hash = hash;
    this.random = random;
  }

  /** Takes a usual session in. */
  learn(session: Int32Array): void {
    this.seen++;
    if (this.sample.length < KEPT) this.sample.push(session);
    else this.sample[Math.floor(this.random() * KEPT)] = session;
  }

  /** An odd session is learned only when enough different ones behave so: then the world changed, and all of them are taken in. */
  doubt(session: Int32Array, owner: number): void {
    this.odd.push({ owner, session });
    if (this.odd.length > ODD_KEPT) this.odd.shift();
    if (new Set(this.odd.map((each) => each.owner)).size < CHANGED_OWNERS) return;
    for (const each of this.odd.splice(0)) this.learn(each.session);
    this.changes++;
  }

  save(): SavedProgram {
    const flat = this.sample.flatMap((session) => [...session, CUT]);
    const { hash, seen, judged, changes, scores } = this;
    return { hash, seen, judged, changes, sample: packNumbers(Int32Array.from(flat)), scores: scores.toJSON() };
  }

  load(saved: SavedProgram): void {
    this.seen = saved.seen;
    this.judged = saved.judged;
    this.changes = saved.changes;
    this.scores = new UsualScores(saved.scores.filter(Number.isFinite));
    const flat = unpackNumbers(saved.sample, Int32Array);
    this.sample = [];
    for (let from = 0, at = 0; at < flat.length && this.sample.length < KEPT; at++) {
      if (flat[at] !== CUT) continue;
      if (at > from) this.sample.push(flat.slice(from, at));
      from = at + 1;
    }
  }
}
