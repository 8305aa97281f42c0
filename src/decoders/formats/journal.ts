/** Entries of `journalctl -o json` (systemd's Journal JSON Format). */
import type { Envelope } from '../decoder.ts';

/** Reads an entry into the envelope; false when it is none. Other JSON is told apart by the stamp's name, unparsed. */
export function parseJournal(text: string, out: Envelope): boolean {
  if (!text.includes('REALTIME_TIMESTAMP"')) return false;
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return false;
  }
  const micros = Number(entry.__REALTIME_TIMESTAMP ?? entry._SOURCE_REALTIME_TIMESTAMP);
  const message = textOf(entry.MESSAGE);
  if (!Number.isFinite(micros) || message === null) return false;
  const pid = Number(entry.SYSLOG_PID ?? entry._PID);
  out.time = Math.floor(micros / 1000);
  out.host = textOf(entry._HOSTNAME);
  out.program = textOf(entry.SYSLOG_IDENTIFIER) ?? textOf(entry._COMM);
  out.pid = Number.isInteger(pid) ? pid : null;
  out.message = message;
  out.repeat = 1;
  return true;
}

/** Values are text, arrays of bytes when they are not UTF-8, or arrays of values; the first counts. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value) || value.length === 0) return null;
  if (value.every((byte) => typeof byte === 'number' && byte >= 0 && byte < 256))
    return Buffer.from(value as number[]).toString('utf8');
  return textOf(value[0]);
}
