/** Runs a filter over the lines of one log, as fail2ban does: date, ignoreregex, prefregex, failregex, sessions. */
import { canonicalAddress } from '../../../kit/address.ts';
import { PatternError } from '../regex/tree.ts';
import { type Captures, FailRegex } from './fail-regex.ts';
import { type TimedLine, timedLine } from './line-dates.ts';
import { FAIL2BAN_SESSIONS, type Failure, newFailure, Sessions } from './sessions.ts';

/** Patterns of a filter as its configuration gives them. */
export interface FilterPatterns {
  readonly prefregex: string | null;
  readonly failregex: readonly string[];
  readonly ignoreregex: readonly string[];
  readonly maxlines: number;
  readonly datepattern: string | null;
  readonly usedns: string;
}

/** A pattern that was left out, and why. */
export interface PatternProblem {
  readonly kind: 'prefregex' | 'failregex' | 'ignoreregex';
  readonly pattern: string;
  readonly reason: string;
  /** fail2ban refuses it too, and the whole filter with it. */
  readonly isFatal: boolean;
}

/** A failure that a line completed. */
export interface Found {
  /** The failure's id as the pattern caught it: an address, a host name or any text. */
  readonly id: string;
  /** The address or host name, or null when the pattern caught none. */
  readonly host: string | null;
  readonly user: string | null;
  /** Milliseconds since the epoch; null when neither this line nor one shortly before had a date. */
  readonly time: number | null;
  /** Index of the failregex. */
  readonly regex: number;
  readonly values: Captures;
}

/** Compiled patterns; several logs may share them. */
export interface CompiledFilter {
  readonly patterns: FilterPatterns;
  readonly prefix: FailRegex | null;
  readonly failures: readonly FailRegex[];
  readonly ignored: readonly FailRegex[];
  readonly problems: readonly PatternProblem[];
}

/**
 * Compiles a filter. What fail2ban takes and this engine does not run is a problem and left out (a prefregex: all failregex); a
 * pattern that fail2ban refuses makes the filter empty, as there.
 */
export function compileFilter(patterns: FilterPatterns): CompiledFilter {
  const problems: PatternProblem[] = [];
  const names = patterns.usedns !== 'no';
  const make = (kind: PatternProblem['kind'], pattern: string, multiline: boolean): FailRegex | null => {
    try {
      return new FailRegex(pattern, { names, multiline });
    } catch (error) {
      const isFatal = !(error instanceof PatternError && error.isUnsupported);
      problems.push({ kind, pattern, reason: error instanceof Error ? error.message : String(error), isFatal });
      return null;
    }
  };
  const prefix = patterns.prefregex === null ? null : make('prefregex', patterns.prefregex, false);
  const failures = patterns.failregex.flatMap((pattern) => {
    const made = make('failregex', pattern, patterns.maxlines > 1);
    if (made === null) return [];
    if (made.hasId || prefix?.hasId === true) return [made];
    const reason = 'it has no <HOST> or other tag that says whom it is about';
    problems.push({ kind: 'failregex', pattern, reason, isFatal: true });
    return [];
  });
  const ignored = patterns.ignoreregex.flatMap((pattern) => make('ignoreregex', pattern, false) ?? []);
  const isLost = (patterns.prefregex !== null && prefix === null) || problems.some(({ isFatal }) => isFatal);
  return { patterns, prefix, failures: isLost ? [] : failures, ignored, problems };
}

const ONE_LINE = { matched: [], rest: [] };

/** A filter at work on one log. */
export class LineFilter {
  private readonly filter: CompiledFilter;
  private readonly sessions: Sessions;
  private buffer: TimedLine[] = [];

  /** `sessions`: how many are remembered at once. */
  constructor(filter: CompiledFilter, sessions = FAIL2BAN_SESSIONS) {
    this.filter = filter;
    this.sessions = new Sessions(sessions);
  }

  /** What a line completes, if anything. `now`: milliseconds since the epoch. */
  take(line: TimedLine, now: number): Found | null {
    const { prefix, failures, ignored, patterns } = this.filter;
    const isBuffered = patterns.maxlines > 1;
    if (isBuffered) {
      this.buffer.push(line);
      if (this.buffer.length > patterns.maxlines) this.buffer.splice(0, this.buffer.length - patterns.maxlines);
    }
    const lines: readonly TimedLine[] = isBuffered ? this.buffer : [line];
    let text = isBuffered ? textOf(lines) : line.ended;
    if (ignored.length > 0 && ignored.length < failures.length - 2 && ignored.some((each) => each.search(text)))
      return null;
    let shared: Captures | null = null;
    if (prefix !== null) {
      if (!prefix.search(text)) return null;
      shared = prefix.captures();
      const content = shared.get('content');
      shared.delete('content');
      if (content) {
        text = `${content}\n`;
        if (isBuffered) this.buffer = [timedLine(content, '', line.time)];
      }
    }
    for (let index = 0; index < failures.length; index++) {
      const failRegex = failures[index]!;
      if (!failRegex.search(text)) continue;
      const { matched, rest } = isBuffered ? failRegex.split(text, lines) : ONE_LINE;
      const own = failRegex.captures();
      if (ignored.length > 0) {
        const seen = isBuffered ? textOf(matched) : text;
        if (ignored.some((each) => each.search(seen))) {
          if (isBuffered) this.buffer = rest;
          return null;
        }
      }
      if (isBuffered) this.buffer = rest;
      return this.found(index, shared, own, line.time, now);
    }
    return null;
  }

  private found(regex: number, shared: Captures | null, own: Captures, time: number | null, now: number): Found | null {
    const values = shared === null ? own : merged(shared, own);
    const session = values.get('mlfid') ?? null;
    let failure: Failure;
    if (session !== null) {
      failure = this.sessions.merge(session, values, now);
      if (failure.values.get('nofail')) return null;
    } else {
      failure = newFailure(values);
      if (values.get('nofail')) return null;
    }
    const get = (name: string): string | null => failure.values.get(name) ?? null;
    const raw = get('ip4') ?? get('ip6');
    const host = raw === null ? get('dns') : (canonicalAddress(raw) ?? raw);
    const id = get('fid') ?? host;
    if (id === null) {
      failure.pending = session !== null;
      return null;
    }
    return { id, host, user: get('user'), time, regex, values: failure.values };
  }
}

/** What the prefregex caught stays where the failregex caught nothing (since fail2ban 1.1; 1.0 lost it). */
function merged(shared: Captures, own: Captures): Captures {
  for (const [name, value] of own) if (value !== null || !shared.has(name)) shared.set(name, value);
  return shared;
}

function textOf(lines: readonly TimedLine[]): string {
  let text = '';
  for (const line of lines) text += line.ended;
  return text;
}
