/**
 * Mutated lines against every decoder: nothing throws, no field is undefined text, and the time per byte stays bounded.
 *   tools/node test/fuzz/decoders.ts [LINES] [SEED]      a hundred million: tools/node test/fuzz/decoders.ts 100000000
 */
import { createDecode, type Decode } from '../../src/decoders/decode.ts';
import { allForms, imitations, render } from './render.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const PIECES = [
  '"',
  "'",
  '\\',
  '[',
  ']',
  '{',
  '}',
  '(',
  ')',
  '<',
  '>',
  '|',
  '=',
  ':',
  ',',
  ' ',
  '\t',
  '\0',
  '\u2028',
  '%',
  '::',
  '0x',
  '198.51.100.99',
  '2001:db8::1',
  'rip=',
  ' from ',
  ' port ',
  '{"a":',
  '\ud800',
  'ÿ',
  '-1',
  '999999999999',
];
const WHOLE = [
  '<34>1 2026-11-24T08:48:18Z h app 1 - - {"src_ip":"203.0.113.7","message":"login failed"}',
  'CEF:0|V|P|1|5|Login failed|3|src=203.0.113.7 suser=bob msg=x',
  'LEEF:1.0|V|P|1|5|src=203.0.113.7\tusrName=bob',
  '1,2026/11/24 08:00:00,1,TRAFFIC,end,1,2026/11/24 08:00:00,203.0.113.7,192.0.2.2,,,rule,bob,,web,vsys1,a,b,c,d,e,f,1,1,4711,443,0,0,0x0,tcp,allow,1,1,1',
  "<Event><System><EventID>4625</EventID><TimeCreated SystemTime='2026-11-24T08:00:00Z'/><Computer>h</Computer></System><EventData><Data Name='IpAddress'>203.0.113.7</Data></EventData></Event>",
  'date=2026-11-24 time=08:00:00 type="event" logdesc="login fail" srcip=203.0.113.7 user="bob"',
  '203.0.113.7 - - [24/Nov/2026:08:48:18 +0000] "GET /a HTTP/1.1" 404 1 "-" "-"',
  'Nov 24 08:48:18 h sshd[1]: Failed password for root from 203.0.113.7 port 22 ssh2',
  '"2026-11-24 08:48:18","anna","anna,laptop","192.0.2.9","203.0.113.9","Allowed","1 (A)","NOERROR","example.com.","Software","AD Users","AD Users",""',
  '"VPN1","RAS",11/24/2026,08:48:18,3,"anna@example.com","EXAMPLE\\anna","192.0.2.1","203.0.113.7",,,"VPN1","192.0.2.2",1519,,"192.0.2.2","VPN1",,,5',
  '[2026-11-24 08:48:18,332] [INFO] [paperless.auth] Login failed for user `anna` from IP `203.0.113.7`.',
  'Nov 24 08:48:18 <auth.info> [sshd]: Failed password for root from 203.0.113.7 port 22 ssh2',
  'Nov 24 08:48:18 h roundcube: IMAP Error: Login failed for a from 198.51.100.99. x from 203.0.113.7. LOGIN: A1 NO x in /a.php on line 2 (POST /)',
  '{"method":"POST","path":"/users/sign_in","params":[{"key":"user","value":{"login":"a"}}],"remote_ip":"203.0.113.7"}',
  '2026-11-24T08:48:18.1Z stdout F 203.0.113.7 - - [24/Nov/2026:08:48:18 +0000] "GET / HTTP/1.1" 200 1',
];
const CHUNK = 50_000;

/** Nanoseconds per byte that no line of 64 KiB and more may need; what grows with the square needs a hundred times as many. */
const MOST_NS_PER_BYTE = 3000;
const LENGTHS = [1 << 10, 1 << 13, 1 << 16, 1 << 18, 1 << 20];

/** What a run found. */
export interface FuzzResult {
  readonly lines: number;
  readonly decoded: number;
}

/** Decodes that many mutated lines; throws for the first line a decoder throws on, naming it. */
export function fuzzDecoders(lines: number, seed: number, tell: (done: number) => void = () => {}): FuzzResult {
  const random = generator(seed);
  const forms = allForms();
  const seeds = forms.map((form) => ({ label: form.program, text: render(form.variant, 'name') }));
  const decoders = new Map<string | null, Decode>();
  let decoded = 0;
  for (let n = 0; n < lines; n++) {
    const pick = seeds[Math.floor(random() * seeds.length)]!;
    const whole = random() < 0.2 ? WHOLE[Math.floor(random() * WHOLE.length)]! : null;
    const label = random() < 0.7 ? pick.label : null;
    const text = mutate(whole ?? dress(pick.text, pick.label, random), random);
    let decoder = decoders.get(label);
    if (decoder === undefined) {
      decoder = createDecode({ timezone: 'UTC', program: label, persist: false });
      decoders.set(label, decoder);
    }
    try {
      if (decoder.decode(text, NOW) !== null) decoded++;
    } catch (cause) {
      throw new Error(`decoder threw on ${JSON.stringify(text)} (label ${label})`, { cause });
    }
    if (n % CHUNK === CHUNK - 1) tell(n + 1);
  }
  return { lines, decoded };
}

/** The slowest (form, length) pairs found, in nanoseconds per byte, slowest first. */
export function slowestForms(every: number): { label: string; text: string; length: number; nsPerByte: number }[] {
  const found: { label: string; text: string; length: number; nsPerByte: number }[] = [];
  const forms = allForms().filter((_, index) => index % every === 0);
  for (const { program, variant } of forms)
    for (const piece of [' from ', '"', '[', imitations(variant)[0]!, render(variant, 'x')]) {
      const decoder = createDecode({ timezone: 'UTC', program, persist: false });
      for (const length of LENGTHS) {
        const text = render(variant, piece.repeat(Math.ceil(length / piece.length)).slice(0, length));
        const from = process.hrtime.bigint();
        decoder.decode(text, NOW);
        const nsPerByte = Number(process.hrtime.bigint() - from) / text.length;
        // A form without a free slot stays short whatever is typed.
        if (text.length >= 1 << 16 && nsPerByte > MOST_NS_PER_BYTE)
          found.push({ label: program, text: text.slice(0, 200), length, nsPerByte });
      }
    }
  return found.sort((a, b) => b.nsPerByte - a.nsPerByte);
}

function dress(message: string, label: string, random: () => number): string {
  const at = random();
  if (at < 0.4) return `Nov 24 08:48:18 host ${label}[12]: ${message}`;
  if (at < 0.6) return `2026-11-24 08:48:18,123 ${message}`;
  return at < 0.7 ? `2026-11-24T08:48:18Z host ${label}: ${message}` : message;
}

function mutate(text: string, random: () => number): string {
  let out = text;
  for (let times = Math.floor(random() * 5); times > 0; times--) {
    const at = Math.floor(random() * (out.length + 1));
    const to = Math.min(out.length, at + Math.floor(random() * 24));
    const kind = random();
    if (kind < 0.3) out = out.slice(0, at) + PIECES[Math.floor(random() * PIECES.length)]! + out.slice(at);
    else if (kind < 0.5) out = out.slice(0, at) + out.slice(to);
    else if (kind < 0.7)
      out = out.slice(0, at) + out.slice(at, to).repeat(1 + Math.floor(random() * 4)) + out.slice(to);
    else if (kind < 0.85)
      out = out.slice(0, at) + String.fromCharCode(Math.floor(random() * 65_536)) + out.slice(at + 1);
    else out = out.slice(0, at);
  }
  return out;
}

/** A small repeatable generator (mulberry32). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

if (import.meta.main) {
  const lines = Number(process.argv[2] ?? 1_000_000);
  const seed = Number(process.argv[3] ?? 1);
  const started = performance.now();
  const result = fuzzDecoders(lines, seed, (done) => {
    if (done % 1_000_000 === 0) console.error(`${done} lines, ${Math.round((performance.now() - started) / 1000)} s`);
  });
  console.log(
    `${result.lines} lines, ${result.decoded} decoded, none threw, seed ${seed}, ${Math.round((performance.now() - started) / 1000)} s`,
  );
  const slow = slowestForms(1);
  for (const each of slow.slice(0, 20))
    console.log(
      `slow: ${each.label} ${each.length} bytes, ${each.nsPerByte.toFixed(0)} ns/byte: ${each.text.slice(0, 80)}`,
    );
  if (slow.length > 0) process.exitCode = 1;
}
