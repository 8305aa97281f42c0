/**
 * The language between bekci and its firewall helper, spoken over a Unix socket: one request or answer a line, printable ASCII,
 * LF at the end. Used by both sides, so that neither understands more than the other writes. See docs/decisions/.
 *
 *   hello 1 | add ADDRESS SECONDS | del ADDRESS | end ADDRESS | commit | count ADDRESS | list | flush | stats | prove
 *   hello 1 | not ADDRESS CODE | held ADDRESS SECONDS | dropped PACKETS BYTES | by SET PACKETS | counted ADDRESS PACKETS | done COUNT | error CODE TEXT
 */
import { formatNetwork, type Network, parseNetwork } from '../../kit/cidr.ts';

/** Spoken by both; another one is refused at hello. */
export const PROTOCOL_VERSION = 1;
/** Longest line of either side in bytes, without its LF. */
export const MAX_LINE = 240;
/** Most `add`, `del` or `end` before a `commit`. */
export const MAX_STAGED = 100_000;
/** Most `held` lines an answer may have: more than the kernel's sets take. */
export const MAX_HELD = 2_000_000;
/** Longest ban in seconds: 46 days, what the kernel takes comfortably. */
export const MAX_SECONDS = 4_000_000;

/** Names of sets, as sets.ts makes them. */
const SET = /^banned[46](?:_\d{1,3})?$/;

/** A request of bekci. */
export type Request =
  | { readonly verb: 'add'; readonly network: Network; readonly ip: string; readonly seconds: number }
  | { readonly verb: 'del' | 'end'; readonly network: Network; readonly ip: string }
  | { readonly verb: 'count'; readonly network: Network; readonly of: string }
  | { readonly verb: 'hello' | 'commit' | 'list' | 'flush' | 'stats' | 'prove' };

/** An answer of the helper. */
export type Answer =
  | { readonly kind: 'hello' }
  | { readonly kind: 'not'; readonly ip: string; readonly code: string }
  | { readonly kind: 'held'; readonly ip: string; readonly seconds: number | null }
  | { readonly kind: 'dropped'; readonly packets: number; readonly bytes: number }
  | { readonly kind: 'counted'; readonly ip: string; readonly packets: number }
  | { readonly kind: 'by'; readonly set: string; readonly packets: number }
  | { readonly kind: 'done'; readonly count: number }
  | { readonly kind: 'error'; readonly code: string; readonly text: string };

/** The request a line is, or null when it is none. */
export function parseRequest(line: string): Request | null {
  if (line.length > MAX_LINE) return null;
  switch (line) {
    case 'commit':
    case 'list':
    case 'flush':
    case 'stats':
    case 'prove':
      return { verb: line };
    case `hello ${PROTOCOL_VERSION}`:
      return { verb: 'hello' };
  }
  const parts = line.split(' ', 4);
  const network = canonical(parts[1]);
  if (network === null) return null;
  const ip = parts[1]!;
  if ((parts[0] === 'del' || parts[0] === 'end') && parts.length === 2) return { verb: parts[0], network, ip };
  if (parts[0] === 'count' && parts.length === 2) return { verb: 'count', network, of: ip };
  const seconds = count(parts[2], MAX_SECONDS);
  if (parts[0] === 'add' && parts.length === 3 && seconds !== null && seconds > 0)
    return { verb: 'add', network, ip, seconds };
  return null;
}

/** The answer a line is, or null when it is none. */
export function parseAnswer(line: string): Answer | null {
  if (line.length > MAX_LINE) return null;
  if (line === `hello ${PROTOCOL_VERSION}`) return { kind: 'hello' };
  const error = /^error ([A-Z][A-Z_]{1,40}) ([ -~]{0,180})$/.exec(line);
  if (error !== null) return { kind: 'error', code: error[1]!, text: error[2]! };
  const [kind, first, second, ...more] = line.split(' ', 4);
  if (more.length > 0) return null;
  if (kind === 'done' && second === undefined) {
    const many = count(first, Number.MAX_SAFE_INTEGER);
    return many === null ? null : { kind, count: many };
  }
  if (kind === 'dropped') {
    const packets = count(first, Number.MAX_SAFE_INTEGER);
    const bytes = count(second, Number.MAX_SAFE_INTEGER);
    return packets === null || bytes === null ? null : { kind, packets, bytes };
  }
  if (kind === 'by') {
    const packets = count(second, Number.MAX_SAFE_INTEGER);
    return packets === null || !SET.test(first ?? '') ? null : { kind, set: first!, packets };
  }
  if (canonical(first) === null || second === undefined) return null;
  if (kind === 'not' && /^[A-Z][A-Z_]{1,40}$/.test(second)) return { kind, ip: first!, code: second };
  if (kind === 'counted') {
    const packets = count(second, Number.MAX_SAFE_INTEGER);
    return packets === null ? null : { kind, ip: first!, packets };
  }
  if (kind !== 'held') return null;
  const seconds = count(second, Number.MAX_SAFE_INTEGER);
  return second === 'never'
    ? { kind, ip: first!, seconds: null }
    : seconds === null
      ? null
      : { kind, ip: first!, seconds };
}

/** One line, without its LF. Texts of errors are made printable and short. */
export function formatAnswer(answer: Answer): string {
  switch (answer.kind) {
    case 'hello':
      return `hello ${PROTOCOL_VERSION}`;
    case 'not':
      return `not ${answer.ip} ${answer.code}`;
    case 'held':
      return `held ${answer.ip} ${answer.seconds ?? 'never'}`;
    case 'dropped':
      return `dropped ${answer.packets} ${answer.bytes}`;
    case 'counted':
      return `counted ${answer.ip} ${answer.packets}`;
    case 'by':
      return `by ${answer.set} ${answer.packets}`;
    case 'done':
      return `done ${answer.count}`;
    case 'error':
      return `error ${answer.code} ${answer.text.replace(/[^ -~]/g, '?').slice(0, 180)}`;
  }
}

/** Only the one canonical writing passes: no host bits, no zone, no brackets, no full-length prefix. */
function canonical(text: string | undefined): Network | null {
  if (text === undefined || text.length > 43) return null;
  const network = parseNetwork(text);
  return network !== null && formatNetwork(network) === text ? network : null;
}

function count(text: string | undefined, most: number): number | null {
  if (text === undefined || !/^(?:0|[1-9]\d{0,15})$/.test(text)) return null;
  const value = Number(text);
  return value <= most ? value : null;
}
