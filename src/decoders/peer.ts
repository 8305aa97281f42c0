/** Finds the peer a program wrote at a fixed end of its message, out of reach of what a remote user typed before it. */
import { canonicalAddress } from '../kit/address.ts';
import { parseDigits } from './formats/syslog.ts';

/** A peer and where its text began. `ip` is null when the program wrote a host name instead. */
export interface Peer {
  readonly ip: string | null;
  /** As written. */
  readonly address: string;
  readonly port: number | null;
  /** Index of the first character of the address. */
  readonly start: number;
}

/** The peer in `... ADDRESS port 22` that ends exactly at `end`; the address must begin after a blank. */
export function peerBefore(text: string, end: number): Peer | null {
  const beforePort = text.lastIndexOf(' ', end - 1);
  if (beforePort < 0) return null;
  const port = parseDigits(text, beforePort + 1, end);
  if (port === null || port > 65535 || !text.endsWith(' port', beforePort)) return null;
  const addressEnd = beforePort - 5;
  const start = text.lastIndexOf(' ', addressEnd - 1) + 1;
  if (addressEnd <= start) return null;
  return peerOf(text.slice(start, addressEnd), port, start);
}

/** The peer in `ADDRESS[ port 22]...` that begins at `start` and ends at a blank, a colon before a blank, or the end. */
export function peerAt(text: string, start: number): Peer | null {
  let end = text.indexOf(' ', start);
  if (end < 0) end = text.length;
  const last = text.charCodeAt(end - 1);
  if (last === 58 || last === 44 || last === 46) end--;
  if (end <= start) return null;
  let port: number | null = null;
  if (text.startsWith(' port ', end)) {
    let stop = end + 6;
    while (text.charCodeAt(stop) >= 48 && text.charCodeAt(stop) <= 57) stop++;
    port = parseDigits(text, end + 6, stop);
  }
  return peerOf(text.slice(start, end), port, start);
}

function peerOf(address: string, port: number | null, start: number): Peer {
  return { ip: canonicalAddress(address), address, port, start };
}
