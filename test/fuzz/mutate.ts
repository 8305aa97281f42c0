/** Lines to mutate, and a mutator that works in one reused buffer, so that making a line costs less than decoding it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { createRandom, type Random } from './random.ts';
import { allForms, render } from './render.ts';

/** Lines of one program, each as bytes. */
export interface Seeds {
  readonly label: string;
  readonly lines: readonly Buffer[];
}

const DECODERS = join(import.meta.dirname, '../../src/decoders');
const PIECES = [
  ...['"', "'", '\\', '[', ']', '{', '}', '(', ')', '<', '>', '|', '=', ':', ',', ' ', '\t', '\0', '%', '::', '0x'],
  ...[
    '198.51.100.99',
    '2001:db8::1',
    'rip=',
    ' from ',
    ' port ',
    '{"a":',
    '\xed\xa0\x80',
    '\xff',
    '-1',
    '999999999999',
  ],
  ...['\\"', '\\u0000', '%00', '%2e%2e/', '\r', '\x1b[31m', ': ', ', ', '; ', ' - - [', '"}', ']]', '<34>1 ', '1e999'],
].map((piece) => Buffer.from(piece, 'latin1'));
/** Lines that are read whoever wrote them, beside the samples of the decoders. */
const WHOLE = [
  '<34>1 2026-11-24T08:48:18Z h app 1 - - {"src_ip":"203.0.113.7","message":"login failed"}',
  'CEF:0|V|P|1|5|Login failed|3|src=203.0.113.7 suser=bob msg=x',
  'LEEF:1.0|V|P|1|5|src=203.0.113.7\tusrName=bob',
  '1,2026/11/24 08:00:00,1,TRAFFIC,end,1,2026/11/24 08:00:00,203.0.113.7,192.0.2.2,,,rule,bob,,web,vsys1,a,b,c,d,e,f,1,1,4711,443,0,0,0x0,tcp,allow,1,1,1',
  "<Event><System><EventID>4625</EventID><TimeCreated SystemTime='2026-11-24T08:00:00Z'/><Computer>h</Computer></System><EventData><Data Name='IpAddress'>203.0.113.7</Data></EventData></Event>",
  'date=2026-11-24 time=08:00:00 type="event" logdesc="login fail" srcip=203.0.113.7 user="bob"',
  '"2026-11-24 08:48:18","anna","anna,laptop","192.0.2.9","203.0.113.9","Allowed","1 (A)","NOERROR","example.com.","Software","AD Users","AD Users",""',
  '"VPN1","RAS",11/24/2026,08:48:18,3,"anna@example.com","EXAMPLE\\anna","192.0.2.1","203.0.113.7",,,"VPN1","192.0.2.2",1519,,"192.0.2.2","VPN1",,,5',
  '2026-11-24T08:48:18.1Z stdout F 203.0.113.7 - - [24/Nov/2026:08:48:18 +0000] "GET / HTTP/1.1" 200 1',
];
/** Room for a line: the longest seed, grown by every mutation. */
const ROOM = 1 << 16;

/** Every form of every declared program behind the usual envelopes, and every sample, by program. */
export function allSeeds(): Seeds[] {
  const byLabel = new Map<string, Buffer[]>();
  const add = (label: string, line: string): void => {
    const lines = byLabel.get(label) ?? [];
    byLabel.set(label, lines);
    lines.push(Buffer.from(line));
  };
  for (const { program, variant } of allForms()) {
    const message = render(variant, 'name');
    add(program, message);
    add(program, `Nov 24 08:48:18 host ${program}[12]: ${message}`);
    add(program, `2026-11-24 08:48:18,123 ${message}`);
    add(program, `2026-11-24T08:48:18Z host ${program}: ${message}`);
  }
  for (const file of readdirSync(DECODERS, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.samples.yaml')) continue;
    const { samples, hostile } = parse(readFileSync(join(DECODERS, file), 'utf8')) as Record<
      string,
      { line: string; program?: string }[] | undefined
    >;
    for (const { line, program } of [...(samples ?? []), ...(hostile ?? [])])
      if (line.length < ROOM / 8) add(program ?? '', line);
  }
  for (const line of WHOLE) add('', line);
  return [...byLabel].map(([label, lines]) => ({ label, lines }));
}

/** A mutator over these seeds; equal seeds of randomness give equal lines. */
export function createMutator(seeds: readonly Seeds[]) {
  const lines = seeds.flatMap((each) => each.lines);
  const labelOf = seeds.flatMap((each) => each.lines.map(() => each.label));
  const buffer = Buffer.alloc(ROOM);
  let random: Random = createRandom(0);
  let length = 0;

  function put(at: number, piece: Uint8Array, from: number, to: number): void {
    const size = Math.min(to - from, ROOM - length);
    buffer.copyWithin(at + size, at, length);
    for (let i = 0; i < size; i++) buffer[at + i] = piece[from + i]!;
    length += size;
  }

  function mutateOnce(): void {
    const at = random.below(length + 1);
    const to = Math.min(length, at + random.below(24));
    const kind = random.below(100);
    if (kind < 26) {
      const piece = random.pick(PIECES);
      put(at, piece, 0, piece.length);
    } else if (kind < 42) {
      buffer.copyWithin(at, to, length);
      length -= to - at;
    } else if (kind < 56) {
      const copy = buffer.subarray(at, to).slice();
      for (let times = random.below(4); times >= 0; times--) put(at, Uint8Array.from(copy), 0, copy.length);
    } else if (kind < 80) {
      if (at < length) buffer[at] = random.below(256);
    } else if (kind < 92) {
      const other = random.pick(lines);
      const from = random.below(other.length);
      put(at, other, from, Math.min(other.length, from + random.below(64)));
    } else length = at;
  }

  return {
    /** Begins a sequence of lines that this seed repeats. */
    begin(seed: number): void {
      random = createRandom(seed);
    },
    /** The program the next lines are about: half of the time each program alike, else as it has forms. */
    nextSeeds(): { label: string; lines: readonly Buffer[] } {
      if (random.chance(0.5)) return random.pick(seeds);
      const label = labelOf[random.below(lines.length)]!;
      return seeds.find((each) => each.label === label)!;
    },
    random: (): Random => random,
    /** One line of these, changed up to four times; most are bytes, some hold characters of every plane. */
    next(from: readonly Buffer[]): string {
      const line = random.pick(from);
      length = line.copy(buffer);
      for (let times = random.below(5); times > 0; times--) mutateOnce();
      const how = random.below(16);
      if (how > 1) return buffer.toString('latin1', 0, length);
      return how === 1 ? buffer.toString('utf8', 0, length) : widened(buffer.toString('latin1', 0, length), random);
    },
  };
}

/** The line with one UTF-16 unit of any value, lone surrogates among them. */
function widened(text: string, random: Random): string {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + String.fromCharCode(random.below(65_536)) + text.slice(at);
}
