/**
 * Runs a program over a text: backtracking in Python's order of preference, with every state (instruction, index) tried once
 * only, so that the time grows with the text's length and not with its wickedness. A step limit, itself proportional to the
 * length, bounds what cannot be remembered (back references, look-around). R. Cox, "Regular Expression Matching: the Virtual
 * Machine Approach", 2009.
 */
import { OP, type Program, SIZE } from './compile.ts';
import { holdsPlace } from './places.ts';

const CHOICE = 0;
const RESTORE = 1;
const GREEDY = 2;
const LAZY = 3;

/** Steps a unit of text may cost. Where states are remembered they end long before; each word of the program adds to the limit. */
const STEPS_A_UNIT = 250;
const STEPS_A_WORD = 2;

// Matching is synchronous and never nested, so all programs share the two work areas.
let seen = new Uint32Array(1024);
let stack = new Int32Array(4096);

/** Finds matches of one program. Not re-entrant: it keeps its memory between calls. */
export interface Matcher {
  /** Searches `text[from, to)`; true when found. Slots then hold starts and ends, -1 for groups without part in it. */
  find(text: string, from?: number, to?: number): boolean;
  readonly slots: Int32Array;
  /** Texts that were given up at the step limit. */
  readonly gaveUp: number;
}

/** A matcher for a program. */
export function createMatcher(program: Program): Matcher {
  const { code, sets, texts, firsts, asked, remembers } = program;
  const slots = new Int32Array(program.slots).fill(-1);
  const combinations = remembers ? 1 << asked.length : 0;
  const runStart = new Int32Array(program.loops);
  const runEnd = new Int32Array(program.loops);
  let top = 0;
  let text = '';
  let end = 0;
  let width = 0;
  let steps = 0;
  let gaveUp = 0;

  function push(kind: number, a: number, b: number, c: number): void {
    if (top + 4 > stack.length) {
      const larger = new Int32Array(stack.length * 2);
      larger.set(stack);
      stack = larger;
    }
    stack[top] = kind;
    stack[top + 1] = a;
    stack[top + 2] = b;
    stack[top + 3] = c;
    top += 4;
  }

  /** Whether a state was tried before; it counts as tried from now on. */
  function tried(point: number, pos: number): boolean {
    if (combinations === 0 || point < 0) return false;
    let row = point;
    if (combinations > 1) {
      row *= combinations;
      for (let n = 0; n < asked.length; n++) if (slots[asked[n]! * 2 + 1]! >= 0) row += 1 << n;
    }
    const bit = row * width + pos;
    const word = bit >>> 5;
    const mask = 1 << (bit & 31);
    if ((seen[word]! & mask) !== 0) return true;
    seen[word]! |= mask;
    return false;
  }

  function inSet(set: number, pos: number): boolean {
    const unit = text.charCodeAt(pos);
    const { ascii, wide } = sets[set]!;
    return unit < 128 ? ascii[unit] === 1 : wide(unit);
  }

  /** How far a loop's run of units reaches from `pos`. */
  function runFrom(at: number, pos: number): number {
    const loop = code[at + 7]!;
    if (runStart[loop]! <= pos && pos <= runEnd[loop]!) return runEnd[loop]!;
    const { ascii, wide } = sets[code[at + 1]!]!;
    let stop = pos;
    while (stop < end) {
      const unit = text.charCodeAt(stop);
      if (unit < 128 ? ascii[unit] === 0 : !wide(unit)) break;
      stop++;
    }
    steps -= stop - pos;
    runStart[loop] = pos;
    runEnd[loop] = stop;
    return stop;
  }

  /** The next index to go on from behind a greedy loop, from `pos` down to `low`, or -1. */
  function nextGreedy(at: number, low: number, pos: number): number {
    const follow = code[at + 6]!;
    for (let stop = pos; stop >= low; stop--) {
      steps--;
      if (follow >= 0 && text.charCodeAt(stop) !== follow) continue;
      if (!tried(code[at + 5]!, stop)) return stop;
    }
    return -1;
  }

  function nextLazy(at: number, pos: number, high: number): number {
    const follow = code[at + 6]!;
    for (let stop = pos; stop <= high; stop++) {
      steps--;
      if (follow >= 0 && text.charCodeAt(stop) !== follow) continue;
      if (!tried(code[at + 5]!, stop)) return stop;
    }
    return -1;
  }

  function enterLoop(at: number, pos: number): number {
    const reach = runFrom(at, pos);
    const most = code[at + 3]!;
    const high = most < 0 ? reach : Math.min(reach, pos + most);
    const low = pos + code[at + 2]!;
    if (low > high) return -1;
    if (code[at + 4] === 1) {
      const next = nextGreedy(at, low, high);
      if (next > low) push(GREEDY, at, low, next - 1);
      return next;
    }
    const next = nextLazy(at, low, high);
    if (next >= 0 && next < high) push(LAZY, at, next + 1, high);
    return next;
  }

  function backReference(at: number, pos: number): number {
    const from = slots[code[at + 1]! * 2]!;
    const to = slots[code[at + 1]! * 2 + 1]!;
    if (to < 0 || pos + to - from > end) return -1;
    const [want, have] = [text.slice(from, to), text.slice(pos, pos + to - from)];
    steps -= to - from;
    const same = code[at + 2] === 1 ? want.toLowerCase() === have.toLowerCase() : want === have;
    return same ? pos + to - from : -1;
  }

  /** Whether a look-around's body holds at `pos`. Captures of a positive one stay, and are undone on the way back. */
  function looks(at: number, pos: number): boolean {
    const behind = code[at + 3]!;
    const from = behind < 0 ? pos : pos - behind;
    const base = top;
    const found = from >= 0 && run(at + SIZE[OP.look]!, from, base) >= 0;
    if (!found) return code[at + 2] === 1;
    const negated = code[at + 2] === 1;
    let keep = base;
    for (let frame = base; frame < top; frame += 4) {
      if (stack[frame] !== RESTORE) continue;
      stack.copyWithin(keep, frame, frame + 4);
      keep += 4;
    }
    top = keep;
    if (!negated) return true;
    for (; top > base; top -= 4) slots[stack[top - 3]!] = stack[top - 2]!;
    return false;
  }

  /** Undoes until there is another way; its instruction goes to `pc`. -1 at the bottom. */
  let pc = 0;
  function back(base: number): number {
    while (top > base) {
      top -= 4;
      const a = stack[top + 1]!;
      const b = stack[top + 2]!;
      const c = stack[top + 3]!;
      switch (stack[top]) {
        case CHOICE:
          pc = a;
          return b;
        case RESTORE:
          slots[a] = b;
          break;
        case GREEDY: {
          const next = nextGreedy(a, b, c);
          if (next < 0) break;
          if (next > b) push(GREEDY, a, b, next - 1);
          pc = a + SIZE[OP.loop]!;
          return next;
        }
        default: {
          const next = nextLazy(a, b, c);
          if (next < 0) break;
          if (next < c) push(LAZY, a, next + 1, c);
          pc = a + SIZE[OP.loop]!;
          return next;
        }
      }
    }
    return -1;
  }

  /** Runs from an instruction; the index behind the match, or -1. */
  function run(start: number, from: number, base: number): number {
    let at = start;
    let pos = from;
    for (;;) {
      if (--steps < 0) return -1;
      let ok = true;
      switch (code[at]) {
        case OP.char:
          ok = pos < end && text.charCodeAt(pos) === code[at + 1];
          pos++;
          at += 2;
          break;
        case OP.set:
          ok = pos < end && inSet(code[at + 1]!, pos);
          pos++;
          at += 2;
          break;
        case OP.text: {
          const want = texts[code[at + 1]!]!;
          ok = pos + want.length <= end && text.startsWith(want, pos);
          pos += want.length;
          at += 2;
          break;
        }
        case OP.split: {
          if (tried(code[at + 3]!, pos)) {
            ok = false;
            break;
          }
          const first = code[at + 4]!;
          if (first >= 0 && !begins(first, pos)) at = code[at + 2]!;
          else {
            push(CHOICE, code[at + 2]!, pos, 0);
            at = code[at + 1]!;
          }
          break;
        }
        case OP.jump:
          at = code[at + 1]!;
          break;
        case OP.save: {
          const slot = code[at + 1]!;
          push(RESTORE, slot, slots[slot]!, 0);
          slots[slot] = pos;
          at += 2;
          break;
        }
        case OP.place:
          ok = holdsPlace(code[at + 1]!, text, pos, end);
          at += 2;
          break;
        case OP.loop: {
          const next = enterLoop(at, pos);
          ok = next >= 0;
          pos = next;
          at += SIZE[OP.loop]!;
          break;
        }
        case OP.look:
          ok = looks(at, pos);
          at = code[at + 1]!;
          break;
        case OP.back:
          pos = backReference(at, pos);
          ok = pos >= 0;
          at += 3;
          break;
        case OP.if:
          at = slots[code[at + 1]! * 2 + 1]! >= 0 ? at + 3 : code[at + 2]!;
          break;
        case OP.moved:
          ok = slots[code[at + 1]!] !== pos;
          at += 2;
          break;
        default:
          return pos;
      }
      if (!ok) {
        pos = back(base);
        if (pos < 0) return -1;
        at = pc;
      }
    }
  }

  function begins(first: number, pos: number): boolean {
    if (pos >= end) return false;
    const unit = text.charCodeAt(pos);
    const { ascii, wide } = firsts[first]!;
    return unit < 128 ? ascii[unit] === 1 : wide;
  }

  function prepare(length: number): void {
    width = length + 1;
    steps = (length + 64) * (STEPS_A_UNIT + (remembers ? STEPS_A_WORD * code.length : 0));
    runStart.fill(0);
    runEnd.fill(-1);
    if (combinations === 0) return;
    const words = ((program.points * combinations * width) >>> 5) + 1;
    if (seen.length < words) seen = new Uint32Array(words * 2);
    else seen.fill(0, 0, words);
  }

  function attempt(pos: number): boolean {
    top = 0;
    slots.fill(-1);
    const stop = run(0, pos, 0);
    if (stop < 0) return false;
    slots[0] = pos;
    slots[1] = stop;
    return true;
  }

  function search(from: number): boolean {
    if (program.anchored) return from === 0 && attempt(0);
    const { prefix, first } = program;
    for (let pos = from; pos <= end && steps >= 0; pos++) {
      if (prefix !== null) {
        const next = text.indexOf(prefix, pos);
        if (next < 0 || next + prefix.length > end) return false;
        pos = next;
      } else if (first !== null) {
        while (pos < end) {
          const unit = text.charCodeAt(pos);
          if (unit < 128 ? first.ascii[unit] === 1 : first.wide) break;
          pos++;
        }
        if (pos >= end) return false;
      }
      if (attempt(pos)) return true;
    }
    return false;
  }

  return {
    slots,
    get gaveUp() {
      return gaveUp;
    },
    find(subject, from = 0, to = subject.length) {
      text = subject;
      end = Math.min(to, subject.length);
      prepare(end);
      const found = search(from);
      if (!found && steps < 0) gaveUp++;
      text = '';
      return found;
    },
  };
}
