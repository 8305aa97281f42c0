/** One way in which a date is written: a pattern, the expression that finds it, and the reading of what was found. */
import { compileRegex, type Regex } from '../regex/regex.ts';
import type { DateContext } from './date-context.ts';
import { expandDateWords } from './date-words.ts';
import { type DateParts, timeOf } from './strptime.ts';

/** A template that may be tried on lines. */
export interface DateTemplate {
  /** Pattern; equal ones are one template. */
  readonly key: string;
  /** The pattern as it was written; epoch and TAI64N templates have a name instead. */
  readonly pattern: string;
  readonly isNamed: boolean;
  /** Anchored at the line's beginning, or at its end. */
  readonly atBegin: boolean;
  readonly atEnd: boolean;
  readonly weight: number;
  readonly regex: Regex;
  /** Milliseconds since the epoch of the last match, or null when it is no date. */
  read(context: DateContext): number | null;
}

const BOUND_BEGIN = '(?=^|\\b|\\W)';
const BOUND_END = '(?=\\b|\\W|$)';

/** A group that is numbered. */
const OWN_GROUP = /(?<!\(\?)(?<!\\)\((?!\?)/;

interface Shape {
  readonly source: string;
  readonly atBegin: boolean;
  readonly atEnd: boolean;
}

/** Where a found date may begin. */
type Begin = 'word' | 'line' | 'anywhere';

/** Bounds and groups an expression as fail2ban does; `**` at an edge keeps it unbounded there. */
function bounded(expression: string, begin: Begin, end: boolean): Shape {
  let source = expression.trim();
  const flags = /^\(\?[a-z]+\)/.exec(source)?.[0] ?? '';
  source = source.slice(flags.length);
  const boundBegin = begin !== 'anywhere' && !/^\(*(?:\(\?\w+\))?(?:\^|\(*\*\*|\((?:\?:)?\^)/.test(source);
  const boundEnd = end && !/(?<!\\)(?:\$\)?|\\b|\\s|\*\*\)*)$/.test(source);
  if (!OWN_GROUP.test(source)) source = source.replace(/^(\^?)(.*?)(\$?)$/s, '$1($2)$3');
  let atBegin = false;
  if (boundBegin) {
    atBegin = begin === 'line';
    source = (atBegin ? '^(?:\\W{0,2})?' : BOUND_BEGIN) + source;
  }
  if (boundEnd) source += BOUND_END;
  atBegin ||= /^(?:\(\?\w+\))?(?:\^|\((?:\?:)?\^(?!\|))/.test(source);
  const atEnd = /(?<![\\|])\$\)?$/.test(source);
  source = source.replace(/^\(*(?:\(\?\w+\))?\(*\*\*|(?<!\\)\*\*\)*$/g, (edge) => edge.replaceAll('**', ''));
  return { source: flags + source, atBegin, atEnd };
}

/** A pattern without the marks that say where it may begin, for use inside another. */
export function unbound(pattern: string): string {
  return pattern
    .replace(/^\{UNB\}/, '')
    .replace(/^\{\^LN-BEG\}/, '')
    .replace(/^\((?:\?:)?\^\|\\b\|\\W\)/, '')
    .replace(/\(\?=\\b\|\\W\|\$\)$/, '');
}

/** The template of a written pattern: strptime words, `{EPOCH}`, `EPOCH`, `LEPOCH`, `TAI64N`, marks included. */
export function dateTemplate(pattern: string, weight = 1): DateTemplate {
  const key = pattern.includes('%') ? pattern : pattern.toUpperCase();
  const embedded = /(?<!\\)\{(L?)EPOCH\}/i.exec(pattern);
  if (embedded !== null) return epochInside(pattern, embedded[1] !== '', weight);
  const plain = /^(\^|\{\^LN-BEG\})?(L?EPOCH|TAI64N)$/.exec(key);
  if (plain === null) return strptimeTemplate(pattern, key, weight);
  const atLine = plain[1] !== undefined;
  return plain[2] === 'TAI64N' ? tai64n(atLine, weight) : epoch(plain[2] === 'LEPOCH', atLine, weight);
}

function strptimeTemplate(pattern: string, key: string, weight: number): DateTemplate {
  let text = pattern;
  let begin: Begin = 'word';
  let end = true;
  if (text.startsWith('{UNB}')) {
    text = text.slice(5);
    begin = 'anywhere';
    end = false;
  } else if (text.startsWith('{^LN-BEG}')) {
    text = text.slice(9);
    begin = 'line';
  }
  const expanded = (/(?<!%)%[aAbBpc]/.test(text) ? '(?iu)' : '') + expandDateWords(text);
  const shape = bounded(expanded, begin, end);
  const regex = compileRegex(shape.source);
  const names = [...regex.names].filter(([name]) => name.length === 1);
  const read = (context: DateContext): number | null => {
    const parts: DateParts = {};
    for (const [name, group] of names) {
      const value = regex.group(group);
      if (value !== null) parts[name] = value;
    }
    return timeOf(parts, context);
  };
  return { key, pattern, isNamed: false, atBegin: shape.atBegin, atEnd: shape.atEnd, weight, regex, read };
}

const EPOCH = '\\d{10,11}\\b(?:\\.\\d{3,6})?';
const LONG_EPOCH = '\\d{10,11}(?:\\d{3}(?:\\.\\d{1,6}|\\d{3})?)?';

/** Unix time; with `long` also in milli- or microseconds. */
function epochValue(text: string, long: boolean): number {
  if (!long || text.length < 13) return Number(text) * 1000;
  return text.length >= 16 && !text.includes('.') ? Number(text) / 1000 : Number(text);
}

function epoch(long: boolean, atLine: boolean, weight: number): DateTemplate {
  const digits = long ? LONG_EPOCH : EPOCH;
  const shape = atLine
    ? bounded(`((?P<square>(?<=^\\[))?${digits})(?(square)(?=\\]))`, 'line', true)
    : bounded(
        `((?:^|(?P<square>(?<=^\\[))|(?P<selinux>(?<=\\baudit\\()))${digits})(?:(?(selinux)(?=:\\d+\\)))|(?(square)(?=\\])))`,
        'anywhere',
        true,
      );
  const regex = compileRegex(shape.source);
  return {
    key: `${atLine ? '{^LN-BEG}' : ''}${long ? 'LEPOCH' : 'EPOCH'}`,
    pattern: long ? 'LongEpoch' : 'Epoch',
    isNamed: true,
    atBegin: shape.atBegin,
    atEnd: shape.atEnd,
    weight,
    regex,
    read: () => epochValue(regex.group(1)!, long),
  };
}

function epochInside(pattern: string, long: boolean, weight: number): DateTemplate {
  const inner = pattern.replace(/(?<!\\)\{L?EPOCH\}/gi, `(${long ? LONG_EPOCH : EPOCH})`);
  // What is cut out of the line is the pattern's own first group, where it has one (since fail2ban 1.1).
  const shape = bounded(OWN_GROUP.test(pattern) ? inner : `(${inner})`, 'word', true);
  const regex = compileRegex(shape.source);
  return {
    key: pattern,
    pattern,
    isNamed: true,
    atBegin: shape.atBegin,
    atEnd: shape.atEnd,
    weight,
    regex,
    read: () => {
      const value = epochValue(regex.group(2) ?? '', long);
      return value > 0 ? value : null;
    },
  };
}

/** TAI64N (cr.yp.to/libtai/tai64.html), with the seconds taken as they stand. */
function tai64n(atLine: boolean, weight: number): DateTemplate {
  const shape = bounded('@[0-9a-f]{24}', atLine ? 'line' : 'anywhere', true);
  const regex = compileRegex(shape.source);
  return {
    key: `${atLine ? '{^LN-BEG}' : ''}TAI64N`,
    pattern: 'TAI64N',
    isNamed: true,
    atBegin: shape.atBegin,
    atEnd: shape.atEnd,
    weight,
    regex,
    read: () => Number.parseInt(regex.group(1)!.slice(2, 17), 16) * 1000,
  };
}
