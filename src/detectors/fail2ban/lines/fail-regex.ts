/** One failregex, prefregex or ignoreregex: its match over one line or a buffer of lines, and the values it captured. */
import { compileRegex, type Regex } from '../regex/regex.ts';
import { PatternError } from '../regex/tree.ts';
import { groupOfTag, resolveTags } from './host-tags.ts';
import type { TimedLine } from './line-dates.ts';

/** What was captured, by group name; null where a group had no part. */
export type Captures = Map<string, string | null>;

const ID_GROUPS = ['fid', 'ip4', 'ip6', 'dns', 'mlfid'];

/** A pattern of a filter, ready to run. */
export class FailRegex {
  readonly source: string;
  readonly regex: Regex;
  private readonly alternatives: readonly (readonly [string, string])[];
  private readonly tuples: readonly (readonly [string, string])[];
  private readonly names: readonly (readonly [string, number])[];
  private readonly skips: readonly number[];

  constructor(pattern: string, settings: { readonly names: boolean; readonly multiline: boolean }) {
    this.source = pattern;
    const text = resolveTags(pattern, settings.names);
    if (text.trim() === '') throw new PatternError('the pattern is empty', 0);
    this.regex = compileRegex(text, settings.multiline);
    this.names = [...this.regex.names];
    const merged = (prefix: string): [string, string][] =>
      this.names
        .flatMap(([name]): [string, string][] => {
          const found = name.startsWith(prefix) ? name.slice(prefix.length).replace(/_\d+$/, '') : null;
          return found === null ? [] : [[name, groupOfTag(found)]];
        })
        .sort(([a], [b]) => (a < b ? -1 : 1));
    this.alternatives = merged('alt_');
    this.tuples = merged('tuple_');
    this.skips = this.names.filter(([name]) => /^skiplines\d+$/.test(name)).map(([, group]) => group);
  }

  /** Whether it can say whom a match is about. */
  get hasId(): boolean {
    return ID_GROUPS.some((name) => this.regex.names.has(name));
  }

  search(text: string): boolean {
    return this.regex.search(text);
  }

  /** Values of the last match. */
  captures(): Captures {
    const out: Captures = new Map();
    for (const [name, group] of this.names) out.set(name, this.regex.group(group));
    for (const [name, target] of this.alternatives) {
      const value = out.get(name);
      if (value && !out.get(target)) out.set(target, value);
    }
    for (const [name, target] of this.tuples) {
      const before = out.get(target);
      const value = out.get(name) ?? '';
      out.set(target, before === undefined || before === null ? value : `${before} ${value}`);
    }
    return out;
  }

  /** Splits the buffer that was searched into the lines of the last match and the others, skipped ones included. */
  split(text: string, lines: readonly TimedLine[]): { readonly matched: TimedLine[]; readonly rest: TimedLine[] } {
    if (lines.length <= 1) return { matched: [...lines], rest: [] };
    const start = text.lastIndexOf('\n', this.regex.start(0)) + 1;
    const stop = text.indexOf('\n', this.regex.end(0) - 1);
    const first = count(text, start);
    const last = count(text, stop < 0 ? text.length : stop + 1);
    const matched = lines.slice(first, last);
    const rest = lines.slice(0, first);
    const skipped = this.skips.map((group) => this.regex.group(group) ?? '').join('');
    let from = 0;
    for (const line of skipped === '' ? [] : skipped.replace(/\n$/, '').split('\n')) {
      const at = matched.findIndex((each, index) => index >= from && each.text === line);
      if (at < 0) continue;
      rest.push(...matched.splice(at, 1));
      from = at;
    }
    rest.push(...lines.slice(last));
    return { matched, rest };
  }
}

/** Line ends before an index. */
function count(text: string, before: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < before; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}
