/**
 * Finds the date of a line. Templates that hit often move forward; the last one is tried first, at the place where it was. Which
 * template wins follows fail2ban, so that the same text is cut out of the same line.
 */
import type { DateContext } from './date-context.ts';
import { type DateTemplate, dateTemplate, unbound } from './date-template.ts';

/** Patterns that fail2ban 1.1.1 knows by itself (jail.conf(5), "datepattern"), in their order. */
const DEFAULTS: readonly string[] = [
  '%ExY(?P<_sep>[-/.])%m(?P=_sep)%d(?:T|  ?)%H:%M:%S(?:[.,]%f)?(?:\\s*%z)?',
  '(?:%a )?%b %d %k:%M:%S(?:\\.%f)?(?: %ExY)?',
  '(?:%a )?%b %d %ExY %k:%M:%S(?:\\.%f)?',
  '%d(?P<_sep>[-/])%m(?P=_sep)(?:%ExY|%Exy) %k:%M:%S',
  '%d(?P<_sep>[-/])%b(?P=_sep)%ExY[ :]?%H:%M:%S(?:\\.%f)?(?: %z)?',
  '%m/%d/%ExY:%H:%M:%S',
  '%m-%d-%ExY %k:%M:%S(?:\\.%f)?',
  'EPOCH',
  '{^LN-BEG}%H:%M:%S',
  '^<%m/%d/%Exy@%H:%M:%S>',
  '%Exy%Exm%Exd  ?%H:%M:%S',
  '%b %d, %ExY %I:%M:%S %p',
  '^%b-%d-%Exy %k:%M:%S',
  '%ExY%Exm%Exd(?:-|T|  ?)%ExH:?%ExM:?%ExS(?:[.,]%f)?(?:\\s*%z)?',
  '(?:%Z )?(?:%a )?%b %d %k:%M:%S(?:\\.%f)?(?: %ExY)?',
  '(?:%z )?(?:%a )?%b %d %k:%M:%S(?:\\.%f)?(?: %ExY)?',
  'TAI64N',
];

/** Templates at the beginning of a line are worth more when templates are put in order. */
const BEGIN_WEIGHT = 100;
const UNUSED_MS = 300_000;
const FAR = 0x7fffffff;

interface Ranked {
  readonly template: DateTemplate;
  /** How often it won, and how often it only matched. */
  hits: number;
  matched: number;
  lastUsed: number;
  distance: number;
}

/** A found date: its place in the line (of its first group), and its time; null when it is no date after all. */
export interface FoundDate {
  readonly start: number;
  readonly end: number;
  readonly time: number | null;
}

/** Finds dates in the lines of one log. */
export interface DateDetector {
  find(line: string, context: DateContext): FoundDate | null;
}

/** The templates of a `datepattern` (several stand on lines of their own), or fail2ban's own. Throws AppError or PatternError. */
export function templatesOf(datepattern: string | null): DateTemplate[] {
  const patterns = (datepattern ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const out: DateTemplate[] = [];
  const add = (template: DateTemplate): void => {
    if (!out.some((each) => each.key === template.key)) out.push(template);
  };
  for (const pattern of patterns.length === 0 ? ['{DEFAULT}'] : patterns) {
    const key = pattern.includes('%') ? pattern : pattern.toUpperCase();
    if (key === '{DEFAULT}') for (const each of allDefaults()) add(each);
    else if (key === '{^LN-BEG}') for (const each of allDefaults().filter(({ atBegin }) => atBegin)) add(each);
    else if (/(?<!\\)\{DATE\}/i.test(key)) for (const each of ownDefaults()) add(dateTemplate(around(pattern, each)));
    else add(dateTemplate(key === '{NONE}' ? '{UNB}^' : pattern));
  }
  return out;
}

const around = (pattern: string, template: DateTemplate): string =>
  pattern.replace(/(?<!\\)\{DATE\}/gi, () => unbound(template.pattern));

const ownDefaults = (): DateTemplate[] => DEFAULTS.map((pattern) => dateTemplate(pattern));

/** Each default once at the beginning of a line, then each anywhere. */
function allDefaults(): DateTemplate[] {
  const begin = DEFAULTS.filter((pattern) => !/^(?:\{\^LN-BEG\}|\^)/.test(pattern));
  return [...begin.map((pattern) => dateTemplate(`{^LN-BEG}${pattern}`, BEGIN_WEIGHT)), ...ownDefaults()];
}

/** A detector over templates of its own. */
export function createDateDetector(templates: readonly DateTemplate[]): DateDetector {
  const ranked: Ranked[] = templates.map((template) => ({ template, hits: 0, matched: 0, lastUsed: 0, distance: FAR }));
  let lastIndex = FAR;
  let firstUnused = 0;
  let lastStart = 1;
  let lastEnd = FAR;
  /** Characters before, at and behind the edges of the last date. */
  let edges: readonly [string | null, string, string, string] = [null, '', '', ''];

  const weightOf = (each: Ranked): number => (each.hits * each.template.weight) / Math.max(1, each.distance);
  const isFixed = ({ template }: Ranked): boolean => template.atBegin || template.atEnd;
  const isOther = (ch: string): boolean => ch !== '' && !/[\p{L}\p{N}]/u.test(ch);

  /** Tries the last template where it was. `skip`: it need not be tried again. */
  function tryLast(line: string): { readonly hit: boolean; readonly skip: boolean; readonly moved: boolean } {
    const last = ranked[lastIndex];
    if (last === undefined) return { hit: false, skip: false, moved: false };
    const { regex } = last.template;
    let hit: boolean;
    let skip = true;
    if (isFixed(last)) hit = regex.search(line);
    else {
      const [before, first, ending, after] = edges;
      const at = (index: number): string => line[index] ?? '';
      const left = at(lastStart - 1) === (before ?? '') || (at(lastStart) === first && isOther(first));
      const right = at(lastEnd) === after || (at(lastEnd - 1) === ending && isOther(ending));
      skip = !(left && right);
      hit = skip ? regex.search(line) : regex.search(line, lastStart, lastEnd);
    }
    if (!hit) return { hit, skip, moved: false };
    last.matched++;
    const same = regex.start(0) === lastStart && regex.end(0) === lastEnd;
    return { hit, skip, moved: !(ranked.length === 1 || isFixed(last) || same) };
  }

  function searchAll(line: string, skip: number, reserve: number, reserveAt: number): number {
    let best = reserve;
    let bestAt = reserveAt;
    for (let index = 0; index < ranked.length; index++) {
      if (index === skip) continue;
      const each = ranked[index]!;
      if (!each.template.regex.search(line)) continue;
      each.matched++;
      const distance = each.template.regex.start(0);
      const next = ranked[index + 1];
      if (next === undefined || isFixed(each)) return index;
      if (distance === 0 && each.hits > 0 && next.matched === 0) return index;
      if (distance > each.distance || distance > lastStart) {
        if (distance < bestAt) {
          best = index;
          bestAt = distance;
        }
        continue;
      }
      return index;
    }
    return best;
  }

  /** Moves a template forward when it hits more than those before it. */
  function reorder(index: number): number {
    const each = ranked[index]!;
    const unusedSince = each.lastUsed - UNUSED_MS;
    const isBetter = (pos: number): boolean =>
      weightOf(each) > weightOf(ranked[pos]!) || unusedSince > ranked[pos]!.lastUsed;
    let pos = firstUnused < index ? firstUnused : index >> 1;
    if (!isBetter(pos)) {
      if (pos === index - 1) return index;
      pos = index - 1;
      if (!isBetter(pos)) return index;
    }
    ranked.splice(index, 1);
    ranked.splice(pos, 0, each);
    while (firstUnused < ranked.length && ranked[firstUnused]!.hits > 0) firstUnused++;
    return pos;
  }

  function settle(line: string, index: number, now: number): void {
    const each = ranked[index]!;
    const { regex } = each.template;
    const [start, end] = [regex.start(0), regex.end(0)];
    each.hits++;
    each.lastUsed = now;
    each.distance = start;
    if (firstUnused === index) firstUnused++;
    lastStart = start;
    lastEnd = end;
    edges = [line[start - 1] ?? '', line[start] ?? '', line[end - 1] ?? '', line[end] ?? ''];
    lastIndex = index > 0 && index !== lastIndex ? reorder(index) : index;
  }

  return {
    find(line, context) {
      const last = tryLast(line);
      let index = lastIndex;
      if (!last.hit || last.moved) {
        const reserve = last.moved ? lastIndex : -1;
        const reserveAt = last.moved ? ranked[lastIndex]!.template.regex.start(0) : FAR;
        index = searchAll(line, last.skip && ranked[lastIndex] !== undefined ? lastIndex : FAR, reserve, reserveAt);
        if (index < 0) return null;
        // The last template's match was overwritten if it was tried again.
        if (index === reserve && !last.skip) ranked[index]!.template.regex.search(line, lastStart, lastEnd);
      }
      const { template } = ranked[index]!;
      settle(line, index, context.now);
      const [start, end] = [template.regex.start(1), template.regex.end(1)];
      return { start, end, time: start === end ? null : template.read(context) };
    },
  };
}
