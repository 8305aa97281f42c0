/** The patterns of one program, found by the text that a message must hold, so that most of them are never tried. */
import type { Fields } from '../../model/log-event.ts';
import { type Found, matchVariant, type Trace } from './match.ts';
import { compilePattern, type Part, type Variant } from './pattern.ts';

/** Patterns that share constant fields. */
export interface Group {
  readonly fields: Fields;
  readonly patterns: readonly string[];
}

/** Reads messages by a table of patterns; the first that fits wins. */
export type ReadTable = (message: string) => Fields | null;

interface Entry {
  readonly variant: Variant;
  readonly fields: Fields;
  /** Literals of this form that not every form of its pattern holds, longest first, by their place in the table's list. */
  readonly own: readonly number[];
  /** Left parts that are the same as those of the entry before it. */
  readonly same: number;
}

/** Entries one after another that need the same text. */
interface Run {
  /** Index of the text in the table's list, -1 for none. */
  readonly needs: number;
  readonly entries: Entry[];
  /** The fewest parts that one of its entries has in common with the one before it. */
  same: number;
}

const COLON = 58;
const MIN_NEEDS = 3;

/** A reader for these groups; `always` are fields of every message, a group's own win. */
export function createTable(always: Fields | undefined, groups: readonly Group[]): ReadTable {
  const needed: string[] = [];
  const byFirst = new Map<number, Run[]>();
  /** `{word}: text` (a queue's id, a thread) by the text's first character. */
  const bySecond = new Map<number, Run[]>();
  const anywhere: Run[] = [];
  for (const { fields, patterns } of groups) {
    const constant = { ...always, ...fields };
    for (const pattern of patterns) {
      const variants = compilePattern(pattern);
      const shared = sharedLiterals(variants);
      const [longest = ''] = shared;
      const needs = longest.length < MIN_NEEDS ? -1 : indexOf(needed, longest);
      for (const variant of variants) {
        const own = literalsOf(variant)
          .filter((text) => !shared.some((one) => one.includes(text)))
          .map((text) => indexOf(needed, text));
        put(listOf(variant, byFirst, bySecond) ?? anywhere, needs, { variant, fields: constant, own });
      }
    }
  }
  // What the message of this turn was found to hold: twice the turn, and one more where the text is there.
  const known = new Float64Array(needed.length);
  let turn = 0;
  const trace: Trace = { failedAt: -1 };

  function holds(message: string, index: number): boolean {
    if (index < 0) return true;
    const state = known[index]! - 2 * turn;
    if (state >= 0) return state === 1;
    const found = message.includes(needed[index]!);
    known[index] = 2 * turn + (found ? 1 : 0);
    return found;
  }

  function holdsAll(message: string, own: readonly number[]): boolean {
    for (let i = 0; i < own.length; i++) if (!holds(message, own[i]!)) return false;
    return true;
  }

  function firstOf(runs: readonly Run[], message: string): Fields | null {
    // Forms of one pattern begin alike: what the last one tried failed at, those with the same parts up to there fail at, too.
    let same = 0;
    trace.failedAt = -1;
    for (const run of runs) {
      if (!holds(message, run.needs)) {
        same = Math.min(same, run.same);
        continue;
      }
      for (const entry of run.entries) {
        same = Math.min(same, entry.same);
        if ((trace.failedAt >= 0 && same > trace.failedAt + 1) || !holdsAll(message, entry.own)) continue;
        const found = tryEntry(entry, message, trace);
        if (found !== null) return found;
        same = Number.POSITIVE_INFINITY;
      }
    }
    return null;
  }

  return (message) => {
    turn++;
    const runs = byFirst.get(message.charCodeAt(0));
    const found = runs === undefined ? null : firstOf(runs, message);
    if (found !== null) return found;
    const blank = bySecond.size === 0 ? -1 : message.indexOf(' ');
    const second = blank > 1 && message.charCodeAt(blank - 1) === COLON ? message.charCodeAt(blank + 1) : -1;
    const led = second < 0 ? undefined : bySecond.get(second);
    return (led === undefined ? null : firstOf(led, message)) ?? firstOf(anywhere, message);
  };
}

function tryEntry({ variant, fields }: Entry, message: string, trace: Trace): Fields | null {
  const found: Found | null = matchVariant(variant, message, trace);
  if (found === null) return null;
  // What the message means is surer than what its named values suggest.
  const outcome = fields['event.outcome'];
  return outcome === undefined ? { ...fields, ...found } : { ...fields, ...found, 'event.outcome': outcome };
}

function listOf(variant: Variant, byFirst: Map<number, Run[]>, bySecond: Map<number, Run[]>): Run[] | null {
  const [first, second] = variant.left;
  if (first?.slot === null) return listAt(byFirst, first.text.charCodeAt(0));
  if (first?.slot === 'word' && second?.slot === null && second.text.length > 2 && second.text.startsWith(': '))
    return listAt(bySecond, second.text.charCodeAt(2));
  return null;
}

function listAt(table: Map<number, Run[]>, code: number): Run[] {
  const known = table.get(code);
  if (known !== undefined) return known;
  const made: Run[] = [];
  table.set(code, made);
  return made;
}

function put(runs: Run[], needs: number, made: Omit<Entry, 'same'>): void {
  const last = runs.at(-1);
  const before = last?.entries.at(-1)?.variant.left ?? [];
  const entry: Entry = { ...made, same: sameParts(before, made.variant.left) };
  if (last !== undefined && last.needs === needs) {
    last.entries.push(entry);
    last.same = Math.min(last.same, entry.same);
  } else runs.push({ needs, entries: [entry], same: entry.same });
}

/** How many parts both begin with. */
function sameParts(one: readonly Part[], other: readonly Part[]): number {
  let count = 0;
  while (
    count < one.length &&
    count < other.length &&
    one[count]!.slot === other[count]!.slot &&
    one[count]!.text === other[count]!.text &&
    one[count]!.field === other[count]!.field
  )
    count++;
  return count;
}

function indexOf(needed: string[], text: string): number {
  const at = needed.indexOf(text);
  return at >= 0 ? at : needed.push(text) - 1;
}

/** The literals of a form, longest first; a message that fits holds each. */
function literalsOf({ left, free, right }: Variant): string[] {
  const texts = [...left, ...free, ...right].flatMap(({ slot, text }) => (slot === null ? [text] : []));
  return [...new Set(texts)].sort((a, b) => b.length - a.length);
}

/** What every form of a pattern holds, longest first: of the shortest form's literals those that the others contain, too. */
function sharedLiterals(variants: readonly Variant[]): string[] {
  const all = variants.map(literalsOf);
  const fewest = all.at(-1) ?? [];
  return fewest.filter((text) => all.every((texts) => texts.some((one) => one.includes(text))));
}
