/** Reads a regular expression in Python's dialect. What this engine does not run is refused with its reason. */
import { anyChar, charSet } from './char-set.ts';
import { readClass, readEscape } from './parse-set.ts';
import { type Node, type Pattern, PatternError, type Place, widthOf } from './tree.ts';

/** Flags, as in `(?imsx)`. */
export interface Flags {
  readonly fold: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly verbose: boolean;
}

const MAX_DEPTH = 200;
const MAX_REPEAT = 1000;
const NO_FLAGS: Flags = { fold: false, multiline: false, dotAll: false, verbose: false };

/** Parses a pattern. Throws PatternError. */
export function parsePattern(source: string, multiline = false): Pattern {
  const names = new Map<string, number>();
  let groups = 1;
  let at = 0;
  let depth = 0;
  const open = new Set<number>();
  const refuse = (message: string, where = at): never => {
    throw new PatternError(message, where);
  };
  const notRun = (message: string, where = at): never => {
    throw new PatternError(message, where, true);
  };

  function choice(flags: Flags): Node {
    if (++depth > MAX_DEPTH) notRun('groups are nested too deep');
    const options = [sequence(flags)];
    while (source[at] === '|') {
      at++;
      options.push(sequence(flags));
    }
    depth--;
    return options.length === 1 ? options[0]! : { kind: 'choice', options };
  }

  function sequence(flags: Flags): Node {
    const parts: Node[] = [];
    while (at < source.length && source[at] !== '|' && source[at] !== ')') {
      if (flags.verbose && skipBlank()) continue;
      const before = at;
      const part = atom(flags);
      const repeated = quantified(part, flags);
      const last = parts.at(-1);
      if (repeated.kind === 'text' && last?.kind === 'text' && !flags.fold)
        parts[parts.length - 1] = { kind: 'text', text: last.text + repeated.text };
      else if (repeated.kind !== 'empty') parts.push(repeated);
      if (at === before) refuse('unexpected character');
    }
    return parts.length === 1 ? parts[0]! : parts.length === 0 ? { kind: 'empty' } : { kind: 'sequence', parts };
  }

  function skipBlank(): boolean {
    const start = at;
    while (at < source.length && /\s/.test(source[at]!)) at++;
    if (source[at] === '#') while (at < source.length && source[at] !== '\n') at++;
    return at > start;
  }

  function atom(flags: Flags): Node {
    const ch = source[at]!;
    switch (ch) {
      case '(':
        return group(flags);
      case '[': {
        const found = readClass(source, at, flags.fold);
        at = found.end;
        return { kind: 'set', set: found.set };
      }
      case '.':
        at++;
        return { kind: 'set', set: anyChar(flags.dotAll) };
      case '^':
        at++;
        return place(flags.multiline ? 'line-start' : 'start');
      case '$':
        at++;
        return place(flags.multiline ? 'line-end' : 'end');
      case '\\':
        return escaped(flags);
      case '*':
      case '+':
      case '?':
        return refuse('nothing to repeat');
      default:
        at++;
        return literal(ch, flags);
    }
  }

  const place = (name: Place): Node => ({ kind: 'place', place: name });

  function literal(ch: string, flags: Flags): Node {
    const code = ch.charCodeAt(0);
    if (!flags.fold || ch.toLowerCase() === ch.toUpperCase()) return { kind: 'text', text: ch };
    return { kind: 'set', set: { ...charSet([{ from: code, to: code }], false, true), letter: ch.toLowerCase() } };
  }

  function escaped(flags: Flags): Node {
    const next = source[at + 1];
    if (next === undefined) return refuse('a pattern cannot end with a backslash');
    const places: Record<string, Place> = { A: 'start', Z: 'very-end', b: 'word-edge', B: 'no-word-edge' };
    if (places[next] !== undefined) {
      at += 2;
      return place(places[next]);
    }
    if (/[1-9]/.test(next) && !/^\\[0-3][0-7][0-7]/.test(source.slice(at, at + 4))) {
      const digits = /^\d{1,2}/.exec(source.slice(at + 1))![0];
      const number = Number(digits);
      if (number >= groups || open.has(number)) refuse(`there is no group ${number} to refer back to`);
      at += 1 + digits.length;
      return { kind: 'back', group: number, fold: flags.fold };
    }
    const found = readEscape(source, at);
    at = found.end;
    if (typeof found.item === 'number') return literal(String.fromCharCode(found.item), flags);
    return { kind: 'set', set: charSet([found.item], false, false) };
  }

  function quantified(part: Node, flags: Flags): Node {
    if (flags.verbose) skipBlank();
    let min: number;
    let max: number;
    const ch = source[at];
    if (ch === '*') [min, max] = [0, Number.POSITIVE_INFINITY];
    else if (ch === '+') [min, max] = [1, Number.POSITIVE_INFINITY];
    else if (ch === '?') [min, max] = [0, 1];
    else {
      const found = ch === '{' ? /^\{(\d*)(,?)(\d*)\}/.exec(source.slice(at, at + 24)) : null;
      if (found === null || (found[1] === '' && found[2] === '')) return part;
      min = found[1] === '' ? 0 : Number(found[1]);
      max = found[2] === '' ? min : found[3] === '' ? Number.POSITIVE_INFINITY : Number(found[3]);
      if (min > max) refuse('the least number of repetitions is above the most');
      if (min > MAX_REPEAT || (max !== Number.POSITIVE_INFINITY && max > MAX_REPEAT))
        notRun(`more than ${MAX_REPEAT} repetitions are not run`);
      at += found[0].length - 1;
    }
    at++;
    if (source[at] === '+') notRun('possessive repetition is not run; write it without the second +');
    const greedy = source[at] !== '?';
    if (!greedy) at++;
    if (/[*+?]/.test(source[at] ?? '')) refuse('multiple repeat');
    return { kind: 'repeat', part, min, max, greedy };
  }

  function close(): void {
    if (source[at] !== ')') refuse('missing )');
    at++;
  }

  function capture(flags: Flags, name: string | null, start: number): Node {
    const index = groups++;
    if (name !== null) {
      if (names.has(name)) refuse(`the group name ${name} is used twice`, start);
      names.set(name, index);
    }
    open.add(index);
    const part = choice(flags);
    open.delete(index);
    close();
    return { kind: 'group', index, part };
  }

  function group(flags: Flags): Node {
    const start = at;
    at++;
    if (source[at] !== '?') return capture(flags, null, start);
    const rest = source.slice(at + 1, at + 120);
    let found = /^P<([A-Za-z_]\w*)>/.exec(rest);
    if (found !== null) {
      at += 1 + found[0].length;
      return capture(flags, found[1]!, start);
    }
    found = /^P=([A-Za-z_]\w*)\)/.exec(rest);
    if (found !== null) {
      const number = groupNamed(found[1]!, start);
      if (open.has(number)) refuse('a group cannot refer back to itself', start);
      at += 1 + found[0].length;
      return { kind: 'back', group: number, fold: flags.fold };
    }
    found = /^\((\w+)\)/.exec(rest);
    if (found !== null) {
      const number = /^\d+$/.test(found[1]!) ? Number(found[1]) : groupNamed(found[1]!, start);
      at += 1 + found[0].length;
      const yes = sequence(flags);
      let no: Node = { kind: 'empty' };
      if (source[at] === '|') {
        at++;
        no = sequence(flags);
      }
      close();
      return { kind: 'if', group: number, yes, no };
    }
    if (rest.startsWith('#')) {
      const end = source.indexOf(')', at);
      if (end < 0) refuse('missing ), unterminated comment', start);
      at = end + 1;
      return { kind: 'empty' };
    }
    found = /^(?:[:]|[=!]|<[=!])/.exec(rest);
    if (found !== null) {
      at += 1 + found[0].length;
      const part = choice(flags);
      close();
      if (found[0] === ':') return part;
      const ahead = found[0].length === 1;
      if (!ahead && widthOf(part) === null) refuse('look-behind requires a pattern of fixed width', start);
      return { kind: 'look', ahead, negated: found[0].endsWith('!'), part };
    }
    if (rest.startsWith('>')) notRun('atomic groups are not run; write (?: instead of (?>', start);
    found = /^([aiLmsux]*)(?:-([imsx]+))?([:)])/.exec(rest);
    if (found === null) return refuse(`unknown extension ?${rest.slice(0, 2)}`, start);
    at += 1 + found[0].length;
    const inner = flagsOf(flags, found[1]!, found[2] ?? '');
    if (found[3] === ')') return refuse('global flags not at the start of the expression', start);
    const part = choice(inner);
    close();
    return part;
  }

  function groupNamed(name: string, where: number): number {
    return names.get(name) ?? refuse(`unknown group name ${name}`, where);
  }

  let flags: Flags = { ...NO_FLAGS, multiline };
  for (let found = leadingFlags(source, at); found !== null; found = leadingFlags(source, at)) {
    flags = flagsOf(flags, found[1]!, '');
    at += found[0].length;
  }
  const root = choice(flags);
  if (at < source.length) refuse('unbalanced )');
  return { root, groups, names };
}

function leadingFlags(source: string, at: number): RegExpExecArray | null {
  return /^\(\?([aiLmsux]+)\)/.exec(source.slice(at, at + 12));
}

function flagsOf(base: Flags, on: string, off: string): Flags {
  const has = (now: boolean, flag: string): boolean => (now || on.includes(flag)) && !off.includes(flag);
  return {
    fold: has(base.fold, 'i'),
    multiline: has(base.multiline, 'm'),
    dotAll: has(base.dotAll, 's'),
    verbose: has(base.verbose, 'x'),
  };
}
