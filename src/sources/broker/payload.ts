/** The lines of one message from a broker: plain text, or records as log shippers write them. */
import { MAX_LINE_BYTES } from '../file/lines.ts';
import { recordLine } from '../http/records.ts';

/** At most this many lines are cut from one message. */
const MAX_LINES = 10_000;

/** Adds the lines of a message, cut at the length bound, and says how many; `onCut` is called for each that was longer. */
export function addPayload(bytes: Uint8Array, to: string[], onCut: () => void): number {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString('utf8');
  if (!text.includes('\n')) return addLine(text, to, onCut);
  let count = 0;
  for (const each of text.split('\n', MAX_LINES)) count += addLine(each, to, onCut);
  return count;
}

function addLine(text: string, to: string[], onCut: () => void): number {
  const line = text.charCodeAt(0) === 123 ? fromJson(text) : text;
  const kept = line.endsWith('\r') ? line.slice(0, -1) : line;
  if (kept === '') return 0;
  if (kept.length > MAX_LINE_BYTES) {
    onCut();
    to.push(kept.slice(0, MAX_LINE_BYTES));
  } else to.push(kept);
  return 1;
}

function fromJson(text: string): string {
  try {
    return recordLine(JSON.parse(text) as unknown, text);
  } catch {
    return text;
  }
}

/** What to do where a client library is not installed. */
export function notInstalled(packages: string, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ERR_MODULE_NOT_FOUND' ? `not installed: run \`npm install ${packages}\` where bekci is` : message;
}
