/** A server with real decoders, rules and door on a clock that stands still, and lines for it. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema } from '../../src/config/schema.ts';
import { openAsnShield } from '../../src/decisions/asn-database.ts';
import { createNamedAllowlist } from '../../src/decisions/named-allowlist.ts';
import { allowlisted, trustedProxies } from '../../src/decisions/protected.ts';
import { createDoor } from '../../src/engine/accept-decision.ts';
import { type Door, flattenAnswer } from '../../src/engine/door.ts';
import { createSpine } from '../../src/engine/spine.ts';
import { parseNetwork } from '../../src/kit/cidr.ts';
import { silentLog } from '../../src/kit/log.ts';
import { buildPipeline } from '../../src/pipeline.ts';

export const NOW = Date.parse('2026-11-24T08:30:00Z');
export const EVIL = '203.0.113.66';

export interface Site {
  readonly door: Door;
  /** Feeds lines and says who was banned so far. */
  read(program: string | null, lines: readonly string[]): string[];
  readonly refused: string[];
}

export async function site(decisions: Record<string, unknown> = {}, without = ''): Promise<Site> {
  const config = configSchema.parse({ mode: 'enforce', timezone: 'UTC', decisions });
  const pipeline = buildPipeline(config, { persist: false });
  const names = createNamedAllowlist(
    config.decisions.allowlist,
    async (name, family) => (name === 'office.example.org' && family === 4 ? ['198.51.100.44'] : []),
    silentLog,
  );
  await names.refresh();
  const asns = await openAsnShield(config.decisions.allowlist, config.decisions.asn_database, silentLog);
  const fact = (ip: string, code: string) => ({ network: parseNetwork(ip)!, code, detail: ip });
  const door = createDoor({
    settings: config.decisions,
    allowlist: [...allowlisted(config.decisions.allowlist), ...trustedProxies(config.decisions.trusted_proxies)],
    systemProtected: () =>
      [
        ...names.current(),
        fact('192.0.2.10', 'own-address'),
        fact('192.0.2.1', 'gateway'),
        fact('192.0.2.53', 'resolver'),
        fact('198.51.100.5', 'open-session'),
        fact('2001:db8:5::5', 'open-session'),
      ].filter((each) => each.code !== without),
    shield: (network) => asns?.protects(network) ?? null,
    priorBans: () => 0,
    active: [],
    mode: () => 'enforce',
    now: () => NOW,
    log: silentLog,
    live: true,
  });
  const bans: string[] = [];
  const refused: string[] = [];
  const decoders = new Map<string | null, ReturnType<typeof pipeline.decoderOf>>();
  const spine = createSpine({
    detector: pipeline.detector,
    onEvent(event) {
      const late = door.notice(event)?.answer;
      if (late !== undefined && 'decision' in late) bans.push(late.decision.ip);
    },
    onFault: (error) => {
      throw error;
    },
    onDetections(found) {
      for (const detection of found) {
        const answer = door.consider({ ...detection, id: `${detection.rule.id}${detection.at}`, lines: [] });
        const { decisions: made, refusals } = flattenAnswer(answer);
        bans.push(...made.map((each) => each.ip));
        refused.push(...refusals.map((each) => each.code));
      }
    },
    decoderOf(source) {
      const known = decoders.get(source.program) ?? pipeline.decoderOf(source);
      decoders.set(source.program, known);
      return known;
    },
  });
  let offset = 0;
  return {
    door,
    refused,
    read(program, texts) {
      spine.processBatch({
        source: { id: `file:${program ?? 'auth'}`, program, timezone: 'UTC' },
        generation: 'g',
        texts,
        offsets: texts.map(() => offset++),
        checkpoint: {},
        readAt: NOW,
      });
      return bans;
    },
  };
}

let second = 0;
export function sshd(message: string): string {
  second++;
  const at = new Date(NOW - 300_000 + second * 100).toISOString().slice(0, 23);
  return `${at}Z web sshd[${3000 + second}]: ${message}`;
}
export const fail = (user: string, ip: string): string =>
  sshd(`Failed password for ${user} from ${ip} port 40022 ssh2`);
export const enter = (user: string, ip: string): string =>
  sshd(`Accepted password for ${user} from ${ip} port 40022 ssh2`);
export const times = (n: number, line: () => string): string[] => Array.from({ length: n }, line);
export const web = (ip: string, path: string, status = 200): string =>
  `${ip} - - [24/Nov/2026:08:20:00 +0000] "GET ${path} HTTP/1.1" ${status} 512 "-" "Mozilla/5.0"`;
export const attack = (ip: string): string[] => times(12, () => fail('root', ip));
/** One of many people behind one address, over twenty minutes. */
export const visitor = (ip: string, n: number): string =>
  `${ip} - - [24/Nov/2026:08:${String(Math.floor(n / 20)).padStart(2, '0')}:00 +0000] "GET /page/${n} HTTP/1.1" 200 512 "-" "Browser ${n % 23} on ${'system '.repeat(n % 7)}${n % 11}"`;
export const asnFile = join(mkdtempSync(join(tmpdir(), 'bekci-lockout-')), 'asn.tsv');
writeFileSync(asnFile, '198.51.100.128\t198.51.100.191\t64496\tZZ\tEXAMPLE-NET\n');
