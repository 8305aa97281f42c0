/** The lines of one message from a broker: plain text, or records as log shippers write them. */
import { MAX_LINE_BYTES } from '../file/lines.ts';
import { recordLine } from '../http/records.ts';

/** At most this many lines are cut from one message. */
const MAX_LINES = 10_000;

/** Lines of a message, cut at the length bound; `onCut` is called for each that was longer. */
export function payloadLines(bytes: Uint8Array, onCut: () => void): string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const found = text.includes('\n') ? text.split('\n', MAX_LINES) : [text];
  const lines: string[] = [];
  for (const each of found) {
    const line = each.charCodeAt(0) === 123 ? fromJson(each) : each;
    const kept = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (kept.length > MAX_LINE_BYTES) onCut();
    if (kept !== '') lines.push(kept.length > MAX_LINE_BYTES ? kept.slice(0, MAX_LINE_BYTES) : kept);
  }
  return lines;
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
