/**
 * Seeded garbage for both sides of the firewall helper's socket. `tools/node test/fuzz/helper.ts --messages N --seed S` feeds N
 * messages to the helper's side, with a table whose nft only records, and a tenth as many to bekci's side. What nft is handed is
 * held against the few shapes there are; anything else, and any exception, ends the run with exit 1.
 */
import { parseArgs } from 'node:util';
import { USUAL_LIMITS } from '../../src/helper/limits.ts';
import { createSession, type Session } from '../../src/helper/session.ts';
import { createLineSplitter, type LineSplitter } from '../../src/kit/line-splitter.ts';
import type { CommandResult } from '../../src/kit/run-command.ts';
import { createGatherer } from '../../src/responders/firewall-helper/connection.ts';
import { createConntrack } from '../../src/responders/nftables/conntrack.ts';
import { formatAnswer, MAX_LINE, parseAnswer } from '../../src/responders/nftables/protocol.ts';
import { createTable } from '../../src/responders/nftables/table.ts';
import { createRandom, type Random } from './random.ts';

/** What a run saw. */
export interface FuzzResult {
  readonly messages: number;
  readonly sessions: number;
  /** Conversations ended for garbage. */
  readonly ended: number;
  /** Calls of nft. */
  readonly calls: number;
  /** Elements handed to nft, of the single most handed kind. */
  readonly elements: number;
  /** Answers bekci's side took for an answer, and for garbage. */
  readonly clientTook: number;
  readonly clientRefused: number;
  /** The first few things that must not be. */
  readonly wrong: readonly string[];
}

const ELEMENT4 = String.raw`\d{1,3}(?:\.\d{1,3}){3}`;
const ELEMENT6 = '[0-9a-f:]{2,39}';
const ELEMENTS = String.raw`(?:(?:${ELEMENT4}|${ELEMENT6})(?: timeout [1-9]\d{0,9}ms)?(?:, )?)+`;
/** Every line nft may be handed on its standard input. */
const LINES = [
  String.raw`(?:add|delete|create) element inet bekci banned[46](?:_\d{1,3})? \{ ${ELEMENTS} \}`,
  '(?:add|delete) table inet bekci',
  String.raw`add set inet bekci banned[46](?:_\d{1,3})? \{ type ipv[46]_addr; flags timeout; size 1000000; counter; \}`,
  String.raw`add chain inet bekci prerouting \{ type filter hook prerouting priority -310; policy accept; \}`,
  'flush chain inet bekci prerouting',
  String.raw`add rule inet bekci prerouting ip6? saddr(?: & [0-9a-f:.]{2,39})? @banned[46](?:_\d{1,3})? counter drop`,
  String.raw`get element inet bekci banned[46](?:_\d{1,3})? \{ (?:${ELEMENT4}|${ELEMENT6}) \}`,
  // The canary's own set: one fixed element, and no rule that drops by it.
  'add set inet bekci canary \\{ type ipv6_addr; flags timeout; size 16; \\}',
  '(?:add|delete|create) element inet bekci canary \\{ 100::1 \\}',
  'add element inet bekci canary \\{ 100::1 timeout 10s \\}',
].map((each) => new RegExp(`^${each}$`));
/** The one other program that may be called, with an address that may be shut out. */
const CONNTRACK = new RegExp(
  String.raw`^/usr/sbin/conntrack -D -f ipv[46] --(?:orig|reply)-src (${ELEMENT4}|${ELEMENT6})(?:/(\d{1,3}))?$`,
);
const CALLS = ['/usr/sbin/nft -f -', '/usr/sbin/nft -c -f -', '/usr/sbin/nft -j list table inet bekci'];

/** An nft that records and remembers what it holds, as the kernel would. */
function createRecorder(wrong: string[]) {
  const held = new Map<string, Set<string>>();
  const counts = { calls: 0, elements: 0 };
  function note(text: string): void {
    if (wrong.length < 20) wrong.push(text);
  }
  async function run(command: readonly string[], options: { readonly input?: string } = {}): Promise<CommandResult> {
    counts.calls++;
    const call = command.join(' ');
    const [, ended, bits] = CONNTRACK.exec(call) ?? [];
    if (ended !== undefined && isForbidden(ended, bits === undefined ? '' : `x_${bits}`)) note(`would end ${ended}`);
    if (ended === undefined && !CALLS.includes(call)) note(`called ${JSON.stringify(call.slice(0, 200))}`);
    let isThere = false;
    const isDry = call.includes(' -c');
    for (const line of (options.input ?? '').split('\n')) {
      if (line === '') continue;
      if (!LINES.some((shape) => shape.test(line))) note(`handed ${JSON.stringify(line.slice(0, 200))}`);
      const found = /^(add|delete|create) element inet bekci (\w+) \{ (.*) \}$/.exec(line);
      if (found === null) continue;
      const set = held.get(found[2]!) ?? new Set<string>();
      held.set(found[2]!, set);
      for (const each of found[3]!.split(', ')) {
        const address = each.split(' ')[0]!;
        counts.elements++;
        if (isForbidden(address, found[2]!)) note(`would shut out ${address} in ${found[2]}`);
        if (found[1] === 'create' && set.has(address)) isThere = true;
        else if (isDry) continue;
        else if (found[1] === 'delete') set.delete(address);
        else set.add(address);
      }
      // The kernel's sets are bounded and so is this one.
      if (set.size > 5000) set.clear();
    }
    if (options.input?.startsWith('add table inet bekci\ndelete table inet bekci\n') === true) held.clear();
    if (isThere) return { code: 1, stdout: '', stderr: 'Error: File exists', failed: null };
    const document = call.includes('-j')
      ? {
          nftables: [...held].map(([name, set]) => ({
            set: { name, elem: [...set].map((val) => ({ elem: { val, expires: 9 } })) },
          })),
        }
      : {};
    return { code: 0, stdout: JSON.stringify(document), stderr: '', failed: null };
  }
  return { run, counts };
}

function isForbidden(address: string, set: string): boolean {
  const bits = Number(/_(\d+)$/.exec(set)?.[1] ?? 128);
  if (address.includes(':')) return bits < 48 || /^(?:::1?$|fe[89ab][0-9a-f]:|ff[0-9a-f]{2}:)/.test(address);
  return bits < 24 || /^(?:0|127|22[4-9]|2[3-5]\d)\./.test(address) || address.startsWith('169.254.');
}

/** Runs the garbage through both sides. */
export async function fuzzHelper(messages: number, seed: number): Promise<FuzzResult> {
  const random = createRandom(seed);
  const wrong: string[] = [];
  const recorder = createRecorder(wrong);
  const table = createTable({ table: 'bekci', command: ['/usr/sbin/nft'], run: recorder.run }, { now: () => 0 });
  const conntrack = createConntrack(['/usr/sbin/conntrack'], recorder.run);
  const fresh = (): { session: Session; splitter: LineSplitter } => ({
    session: createSession({ table, conntrack, limits: USUAL_LIMITS, now: () => 0, inTurn: (act) => act() }),
    splitter: createLineSplitter(MAX_LINE),
  });
  let [sessions, ended, sent] = [1, 0, 0];
  let talk = fresh();
  const renew = (): void => {
    ended++;
    sessions++;
    talk = fresh();
  };
  while (sent < messages) {
    const many = 1 + random.below(40);
    sent += many;
    const bytes = random.chance(0.5)
      ? change(many, random)
      : Buffer.concat(Array.from({ length: many }, () => message(random)));
    for (const frame of frames(bytes, random)) {
      const lines = talk.splitter.push(frame);
      if (lines === null) {
        renew();
        break;
      }
      let isOver = false;
      for (const line of lines) {
        const reply = await talk.session.take(line);
        for (const answer of reply?.answers ?? []) {
          const text = formatAnswer(answer);
          if (parseAnswer(text) === null && wrong.length < 20) wrong.push(`answered ${JSON.stringify(text)}`);
        }
        isOver = reply?.over === true;
        // A real conversation ends here; going on with its next line in a new one reaches more.
        if (isOver) renew();
      }
    }
  }
  const client = fuzzClient(Math.ceil(messages / 10), random, wrong);
  return { messages: sent, sessions, ended, ...recorder.counts, ...client, wrong };
}

/** Feeds bekci's side what a broken or wicked helper might say. */
function fuzzClient(messages: number, random: Random, wrong: string[]): { clientTook: number; clientRefused: number } {
  let [clientTook, clientRefused] = [0, 0];
  let gather = createGatherer();
  for (let sent = 0; sent < messages; ) {
    const many = 1 + random.below(8);
    sent += many;
    const bytes = random.chance(0.5)
      ? Buffer.from(`${'held 203.0.113.7 60\n'.repeat(many - 1)}done ${many - 1}\n`)
      : Buffer.concat(Array.from({ length: many }, () => answerMessage(random)));
    for (const frame of frames(bytes, random)) {
      const result = gather(frame);
      if (result === 'more') continue;
      if (result === 'garbage') clientRefused++;
      else {
        clientTook++;
        for (const answer of result)
          if (parseAnswer(formatAnswer(answer)) === null && wrong.length < 20)
            wrong.push(`took ${JSON.stringify(answer)}`);
      }
      gather = createGatherer();
      break;
    }
  }
  return { clientTook, clientRefused };
}

function* frames(bytes: Buffer, random: Random): Generator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const size = random.chance(0.2) ? 1 + random.below(7) : 1 + random.below(2000);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** A change such as bekci sends, now and then with one line damaged. */
function change(many: number, random: Random): Buffer {
  const verb = random.pick(['add', 'add', 'add', 'add', 'del', 'end']);
  const lines = Array.from({ length: many - 1 }, () => {
    const ip = random.pick([
      () => `${1 + random.below(255)}.${random.below(256)}.${random.below(256)}.${random.below(256)}`,
      () => `198.51.${random.below(256)}.0/24`,
      () => `2001:db8:${(1 + random.below(65_535)).toString(16)}::/${random.pick([47, 48, 50, 56, 64])}`,
      () => `2001:db8::${(1 + random.below(65_535)).toString(16)}`,
    ])();
    return verb === 'add' ? `add ${ip} ${1 + random.below(100_000)}\n` : `${verb} ${ip}\n`;
  });
  if (random.chance(0.05)) lines.push(damage(request(random), random));
  lines.push('commit\n');
  return Buffer.from(lines.join(''), 'latin1');
}

function address(random: Random): string {
  const part = (): number => random.below(random.chance(0.05) ? 400 : 256);
  const group = (): string => random.below(65_536).toString(16);
  const four = (): string => [part(), part(), part(), part()].join('.');
  const bits = (): string => (random.chance(0.4) ? `/${random.below(140)}` : '');
  return random.pick([
    () => four(),
    () => `203.0.113.${part()}`,
    () => `198.51.100.0/24`,
    () => `${four()}${bits()}`,
    () => `2001:db8:${group()}:${group()}::/64`,
    () => `2001:db8::${group()}`,
    () => `${Array.from({ length: 8 }, group).join(':')}${bits()}`,
    () => `::ffff:${four()}`,
    () =>
      random.pick([
        '::',
        '::1',
        '0.0.0.0/0',
        '::/0',
        '127.0.0.1',
        'fe80::1%eth0',
        '[::1]',
        '1.2.3',
        '010.1.2.3',
        '1e3',
      ]),
  ])();
}

function message(random: Random): Buffer {
  if (random.chance(0.75)) {
    const good = request(random);
    return Buffer.from(random.chance(0.12) ? damage(good, random) : `${good}\n`, 'latin1');
  }
  return garbage(random);
}

function request(random: Random): string {
  return random.pick([
    () => `add ${address(random)} ${random.below(5_000_000)}`,
    () => `add ${address(random)} ${1 + random.below(4_000_000)}`,
    () => `add 192.0.2.${random.below(256)} 60`,
    () => `del ${address(random)}`,
    () => `end ${address(random)}`,
    () => `count ${address(random)}`,
    () => 'commit',
    () => random.pick(['list', 'flush', 'stats', 'prove', 'hello 1', 'hello 2', 'hello', 'quit', 'add', 'del']),
    () =>
      `add ${address(random)} ${random.pick(['-1', '0', '1e9', '0x10', '4000001', '99999999999999999999', '1;', ' 1', '٣'])}`,
  ])();
}

function answerMessage(random: Random): Buffer {
  if (random.chance(0.2)) return garbage(random);
  const good = random.pick([
    () => `held ${address(random)} ${random.pick(['never', String(random.below(9_000_000)), '-1', 'NaN'])}`,
    () => `not ${address(random)} ${random.pick(['TOO_WIDE', 'SPECIAL', 'x', 'A'.repeat(60)])}`,
    () => `done ${random.pick(['0', '1', '-1', '9007199254740993', '', '1 2'])}`,
    () => `dropped ${random.below(1e9)} ${random.below(1e9)}`,
    () => `counted ${address(random)} ${random.below(1e9)}`,
    () => `by ${random.pick(['banned4', 'banned6_64', 'banned', 'canary', 'x'.repeat(90)])} ${random.below(1e9)}`,
    () => random.pick(['hello 1', 'hello 2', 'error NFT_FAILED it failed', 'error x y', 'error NFT_FAILED \u001b[2J']),
  ])();
  return Buffer.from(random.chance(0.15) ? damage(good, random) : `${good}\n`, 'latin1');
}

/** A good line with one thing wrong. */
function damage(line: string, random: Random): string {
  const at = random.below(line.length + 1);
  const [head, tail] = [line.slice(0, at), line.slice(at)];
  return random.pick([
    () => `${head}\0${tail}\n`,
    () => `${head}\n${tail}\n`,
    () => `${line}\r\n`,
    () => `${head}${tail.slice(1)}\n`,
    () => `${head}${String.fromCharCode(random.below(256))}${tail}\n`,
    () => `${line} ; add table inet evil\n`,
    () => `${line} } ; flush ruleset\n`,
    () => line.toUpperCase().concat('\n'),
    () => `${line}${' '.repeat(random.below(300))}\n`,
    () => line,
  ])();
}

function garbage(random: Random): Buffer {
  const bytes = (length: number): Buffer => Buffer.from(Array.from({ length }, () => random.below(256)));
  return random.pick([
    () => Buffer.concat([bytes(random.below(40)), Buffer.from('\n')]),
    () =>
      Buffer.from(
        `${random.pick(['é', '漢字', '\u202e', '\u2028', '🦉', '$(id)', '`id`', '../../etc', '%s%n'])} ${address(random)}\n`,
      ),
    () => Buffer.from('\n'),
    () => Buffer.from(' \n'),
    () => bytes(random.below(60)),
    () => (random.chance(0.02) ? Buffer.alloc(100 + random.below(70_000), 65) : Buffer.from('GET / HTTP/1.1\r\n\r\n')),
  ])();
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: { messages: { type: 'string', default: '200000' }, seed: { type: 'string', default: '1' } },
  });
  const started = performance.now();
  const result = await fuzzHelper(Number(values.messages), Number(values.seed));
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  console.log(
    JSON.stringify({
      seed: Number(values.seed),
      seconds,
      rssMiB: Math.round(process.memoryUsage.rss() / 1048576),
      ...result,
    }),
  );
  process.exitCode = result.wrong.length === 0 ? 0 : 1;
}
