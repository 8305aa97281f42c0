/** What a request carries: lines, grouped by what their sender says of them. */
import { MAX_LINE_BYTES } from '../file/lines.ts';

/** Lines with the same labels. */
export interface Pushed {
  /** What the sender says of the stream, by name; empty for bare lines. */
  readonly labels: Readonly<Record<string, string>>;
  readonly texts: string[];
}

/** What was found in a body. */
export interface Parsed {
  readonly groups: Pushed[];
  /** Lines cut at the length bound. */
  truncated: number;
  /** Records that were none. */
  malformed: number;
}

/** An empty result. */
export function nothingYet(): Parsed {
  return { groups: [], truncated: 0, malformed: 0 };
}

const MAX_LABELS = 32;

/** Adds a line to the group, within the length bound. */
export function addLine(parsed: Parsed, group: Pushed, text: string): void {
  if (text === '') return;
  if (text.length <= MAX_LINE_BYTES) {
    group.texts.push(text);
    return;
  }
  parsed.truncated++;
  group.texts.push(text.slice(0, MAX_LINE_BYTES));
}

/** A new group with at most 32 labels of at most 256 characters. */
export function addGroup(parsed: Parsed, labels: Iterable<readonly [string, unknown]>): Pushed {
  const kept: Record<string, string> = {};
  let count = 0;
  for (const [name, value] of labels) {
    if (typeof value !== 'string' || value === '' || value.length > 256 || name.length > 128) continue;
    if (count++ >= MAX_LABELS) break;
    kept[name] = value;
  }
  const group: Pushed = { labels: kept, texts: [] };
  parsed.groups.push(group);
  return group;
}

/**
 * A line with the time its sender took it (nanoseconds since the epoch, as text or bigint): wrapped as container runtimes do, so
 * that a line without a stamp has that time. Without a time the line as it is.
 */
export function timedLine(nanoseconds: string | bigint | null, text: string): string {
  // Lines that carry their own time need no other.
  if (nanoseconds === null || text.includes('\n')) return text;
  const digits = String(nanoseconds);
  if (!/^\d{16,19}$/.test(digits)) return text;
  const milliseconds = Number(digits.slice(0, -6));
  const iso = new Date(milliseconds).toISOString();
  return `${iso.slice(0, 19)}.${digits.slice(-9)}Z stdout F ${text}`;
}
