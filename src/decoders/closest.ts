/** Which described message comes closest to a line that no decoder understood: for people who want to add it. */
import { declaredPrograms } from './all-programs.ts';
import { compilePattern } from './message/pattern.ts';
import { groupsOf } from './message/program.ts';

/** A program's message and how much of its own text the line holds, 0 to 1. */
export interface Closest {
  readonly program: string;
  readonly pattern: string;
  readonly share: number;
}

const MIN_SHARE = 0.5;
const MIN_LENGTH = 10;
const MAX_LINE = 4096;

/** The message whose fixed text the line holds most of, in order; null when none comes near. */
export function closestMessage(line: string): Closest | null {
  const text = line.slice(0, MAX_LINE);
  let best: Closest | null = null;
  let bestLength = 0;
  for (const { spec } of declaredPrograms)
    for (const { patterns } of groupsOf(spec))
      for (const pattern of patterns) {
        const { found, total } = sharedText(pattern, text);
        const share = total === 0 ? 0 : found / total;
        if (found < MIN_LENGTH || share < MIN_SHARE || found * share <= bestLength) continue;
        bestLength = found * share;
        best = { program: spec.name, pattern, share };
      }
  return best;
}

function sharedText(pattern: string, text: string): { found: number; total: number } {
  const [variant] = compilePattern(pattern);
  let at = 0;
  let found = 0;
  let total = 0;
  for (const { slot, text: literal } of variant === undefined
    ? []
    : [...variant.left, ...variant.free, ...variant.right]) {
    const words = slot === null ? literal.trim() : '';
    if (words.length < 2) continue;
    total += words.length;
    const place = text.indexOf(words, at);
    if (place < 0) continue;
    found += words.length;
    at = place + words.length;
  }
  return { found, total };
}
