/** Numbers for the kinds of messages a session is made of, and their words for people. */
import { copyText } from '../../../kit/text.ts';
import type { LogEvent } from '../../../model/log-event.ts';
import { hashText } from '../hash-text.ts';

const MAX_NAMES = 2048;
const MAX_LENGTH = 120;
const MAX_SEGMENT = 40;

/** Kinds of messages by number. */
export class SessionNames {
  private readonly names = new Map<number, string>();
  dirty = false;

  /** The number of an event's kind; 0 when it cannot be told apart. `shape` is what the program's watch made of it. */
  symbolOf(event: LogEvent, shape: number, program: number): number {
    if (event.fields['event.category'] === 'web') return requestOf(event);
    return shape === 0 ? 0 : Math.imul(shape ^ program, 0x9e37_79b1) | 1;
  }

  /** True while a number has no words and there is room for them. */
  lacks(symbol: number): boolean {
    return !this.names.has(symbol) && this.names.size < MAX_NAMES;
  }

  /** Gives a number its words. */
  name(symbol: number, text: string): void {
    this.names.set(symbol, copyText(text.slice(0, MAX_LENGTH)));
    this.dirty = true;
  }

  /** The words of a number. */
  of(symbol: number): string {
    return this.names.get(symbol) ?? '?';
  }

  toJSON(): readonly (readonly [number, string])[] {
    return [...this.names];
  }

  load(saved: readonly (readonly [number, string])[]): void {
    for (const [symbol, text] of saved.slice(0, MAX_NAMES))
      if (Number.isInteger(symbol) && typeof text === 'string') this.names.set(symbol, text);
  }
}

/** A request's kind: method, first part of the path, class of the status. */
function requestOf({ fields }: LogEvent): number {
  const method = fields['http.request.method'];
  const path = fields['url.path'];
  const status = fields['http.response.status_code'];
  let hash = typeof method === 'string' ? hashText(method) : 1;
  if (typeof path === 'string') hash = hashPart(path, hash);
  return Math.imul(hash ^ (typeof status === 'number' ? (status / 100) | 0 : 0), 0x85eb_ca6b) | 1;
}

function hashPart(path: string, seed: number): number {
  let hash = seed;
  const end = endOfPart(path);
  for (let n = 1; n < end; n++) hash = Math.imul(hash ^ path.charCodeAt(n), 0x0100_0193);
  return hash ^ (hash >>> 15) ^ (end < path.length ? 0x5bd1 : 0);
}

function endOfPart(path: string): number {
  const slash = path.indexOf('/', 1);
  return Math.min(slash < 0 ? path.length : slash, MAX_SEGMENT);
}

/** A request's kind in words. */
export function requestWords({ fields }: LogEvent): string {
  const path = String(fields['url.path'] ?? '');
  const end = endOfPart(path);
  const status = Number(fields['http.response.status_code'] ?? 0);
  return `${fields['http.request.method'] ?? ''} ${path.slice(0, end)}${end < path.length ? '/…' : ''} ${Math.floor(status / 100)}xx`.trim();
}
