/**
 * Passes over requests that no rule can ask about, by their bytes: a site is asked for the same pages by the same browsers all day.
 * The request with its status, and the referrer with the browser's name, are each looked at once and remembered; a line of two
 * known dull parts is not decoded. Whatever is unusual about a line sends it down the whole way.
 */
import type { LogEvent } from '../../model/log-event.ts';
import type { Decode } from '../decode.ts';
import { WEB_ACCESS } from '../kinds.ts';
import { clfTime } from './clf-time.ts';

/** The fields of the request part and of the browser part. */
export const WEB_PARTS: readonly ReadonlySet<string>[] = [
  new Set([
    'event.outcome',
    'http.request.method',
    'url.original',
    'url.path',
    'url.query',
    'url.decoded',
    'http.version',
    'http.response.status_code',
  ]),
  new Set(['http.request.referrer', 'user_agent.original']),
];

/** Fields that differ from line to line. Users, sites and forwarded addresses never stand in a line that is passed over. */
export const WEB_VARYING: ReadonlySet<string> = new Set([
  'source.ip',
  'source.address',
  'source.network',
  'source.subnet',
  'http.response.body.bytes',
]);

/** Whether no rule wants an event with this part (0 the request, 1 the browser), its other part being dull as well. */
export type JudgeWebPart = (part: number, event: LogEvent) => boolean;

const HEAD = '192.0.2.1 - - [01/Jan/2026:00:00:00 +0000] "';
/** Fowler, Noll and Vo, FNV-1a. */
const FNV_PRIME = 0x01000193;
const SPACE = 32;
const QUOTE = 34;
const DASH = 45;
const BACKSLASH = 92;
/** Slots for parts; a new part takes the place of an older one. */
const SLOTS = 8192;
/** Slots that a part may lie in. */
const WAYS = 4;
const MAX_PART = 400;
/** Bytes of the stamp before its seconds, and of the zone behind them with the bracket. */
const MINUTE = 18;
const ZONE = 7;
/** After so many lines it is judged whether remembering pays; if it does not, so many are not looked at. */
const TRIAL = 4096;
const PAUSE = 65_536;

const SEEN = 1;
const DULL = 2;
const WANTED = 3;

/** A skimmer for access logs whose lines `decode` reads. */
export function createWebSkim(
  judge: JudgeWebPart,
  decode: Decode,
): (bytes: Uint8Array, start: number, end: number) => boolean {
  // From another site, as some attacks show only there.
  const requests = createParts((text) => isDull(0, `${HEAD}${text} 0 "https://elsewhere.invalid/" "-"`));
  const browsers = createParts((text) => isDull(1, `${HEAD}GET / HTTP/1.1" 200 0 ${text}`));
  const stamp = createStampCheck();
  let lines = 0;
  let passed = 0;
  let pause = 0;

  /** A part is dull when a request without any sign of an attack, made of it, would be. */
  function isDull(part: number, line: string): boolean {
    const event = decode.decode(line, 0);
    if (event === null || event.kind !== WEB_ACCESS) return false;
    const { fields } = event;
    if (fields['threat.web'] !== undefined || fields['http.request.forwarded'] !== undefined) return false;
    return judge(part, event);
  }

  return (bytes, start, end) => {
    if (pause > 0) {
      pause--;
      return false;
    }
    if (++lines === TRIAL) {
      if (passed * 8 < lines) pause = PAUSE;
      lines = 0;
      passed = 0;
    }
    let at = start;
    while (isAddressByte(bytes[at]!)) at++;
    // `ADDRESS - - [stamp] "`: no user, no name of a site before it.
    if (at === start || bytes[at] !== SPACE || bytes[at + 1] !== DASH || bytes[at + 2] !== SPACE) return false;
    if (bytes[at + 3] !== DASH || bytes[at + 4] !== SPACE || bytes[at + 5] !== 91) return false;
    at += 6;
    if (end - at < 60 || !stamp(bytes, at)) return false;
    at += MINUTE + 2 + ZONE;
    if (bytes[at] !== SPACE || bytes[at + 1] !== QUOTE) return false;
    const request = at + 2;
    let hash = 0;
    at = request;
    let code = bytes[at]!;
    for (; code !== QUOTE && at < end; code = bytes[++at]!) {
      if (code === BACKSLASH) return false;
      hash = Math.imul(hash ^ code, FNV_PRIME);
    }
    // `" 200 1234 "referrer" "browser"`
    if (end - at < 12 || bytes[at + 1] !== SPACE || bytes[at + 5] !== SPACE) return false;
    const requestEnd = at + 5;
    hash = Math.imul(hash ^ (bytes[at + 2]! * 65_536 + bytes[at + 3]! * 256 + bytes[at + 4]!), FNV_PRIME);
    at = requestEnd + 1;
    while (bytes[at]! >= 48 && bytes[at]! <= 57) at++;
    if (at === requestEnd + 1 || bytes[at] !== SPACE || bytes[at + 1] !== QUOTE) return false;
    if (!requests(hash, bytes, request, requestEnd)) return false;
    const tail = at + 1;
    // The end of a browser's name says most, and every fourth byte will do: the bytes themselves are compared.
    hash = end - tail;
    for (at = end - 1; at > tail; at -= 4) hash = Math.imul(hash ^ bytes[at]!, FNV_PRIME);
    if (!browsers(hash, bytes, tail, end)) return false;
    passed++;
    return true;
  };
}

/** Remembers parts of lines: true for one that was found dull before. The second time a part is seen it is judged. */
function createParts(
  isDull: (text: string) => boolean,
): (hash: number, bytes: Uint8Array, start: number, end: number) => boolean {
  const known = new Array<Uint8Array | undefined>(SLOTS).fill(undefined);
  const states = new Uint8Array(SLOTS);
  let turn = 0;
  return (hash, bytes, start, end) => {
    const first = ((hash ^ (hash >>> 15)) & (SLOTS / WAYS - 1)) * WAYS;
    for (let slot = first; slot < first + WAYS; slot++) {
      const part = known[slot];
      if (part === undefined || !isSame(part, bytes, start, end)) continue;
      if (states[slot] === SEEN) states[slot] = isDull(Buffer.from(part).toString('latin1')) ? DULL : WANTED;
      return states[slot] === DULL;
    }
    if (end - start > MAX_PART) return false;
    turn = (turn + 1) % WAYS;
    // A copy: the bytes are reused, and what a Buffer calls a slice is none.
    known[first + turn] = new Uint8Array(bytes.subarray(start, end));
    states[first + turn] = SEEN;
    return false;
  };
}

function isSame(part: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (part.length !== end - start) return false;
  for (let i = 0; i < part.length; i++) if (part[i] !== bytes[start + i]) return false;
  return true;
}

/** Whether `24/Nov/2026:08:48:18 +0000]` stands at a place; the minute and the zone are read once. */
function createStampCheck(): (bytes: Uint8Array, at: number) => boolean {
  const minute = new Uint8Array(MINUTE);
  const zone = new Uint8Array(ZONE);
  let isKnown = false;
  return (bytes, at) => {
    const seconds = at + MINUTE;
    if (bytes[seconds]! < 48 || bytes[seconds]! > 53 || bytes[seconds + 1]! < 48 || bytes[seconds + 1]! > 57)
      return false;
    if (isKnown && isAt(minute, bytes, at) && isAt(zone, bytes, seconds + 2)) return true;
    const text = Buffer.from(bytes.subarray(at, at + MINUTE + 2 + ZONE)).toString('latin1');
    if (!text.endsWith(']') || Number.isNaN(clfTime(text, 0))) return false;
    minute.set(bytes.subarray(at, seconds));
    zone.set(bytes.subarray(seconds + 2, seconds + 2 + ZONE));
    isKnown = true;
    return true;
  };
}

function isAt(text: Uint8Array, bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}

/** Digits, `a` to `f` in either case, dot and colon. */
function isAddressByte(code: number): boolean {
  return (code >= 48 && code <= 58) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70) || code === 46;
}
