/** A real CrowdSec firewall bouncer from Debian, told by bekci: the attacker is in its kernel set, and out again. */
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, it } from 'vitest';
import { attack } from '../api/room.ts';
import { createLab, isReading, type Lab, labProblem, until } from './lab.ts';

const BEKCI = join(import.meta.dirname, '../../tools/bekci');
const BOUNCER = process.env.BEKCI_BOUNCER ?? '/usr/bin/crowdsec-firewall-bouncer';
const problem = labProblem([]) ?? (existsSync(BOUNCER) ? null : `not installed: ${BOUNCER}`);
if (problem !== null) console.log(`skipped: the CrowdSec bouncer cannot run here (${problem})`);

let lab: Lab | null = null;
afterEach(() => lab?.close());

it.skipIf(problem !== null)(
  'a firewall bouncer blocks and lets in what bekci says',
  async () => {
    const here = createLab();
    lab = here;
    const state = join(here.folder, 'state');
    const log = join(here.folder, 'auth.log');
    writeFileSync(log, '');
    const config = join(here.folder, 'bekci.yaml');
    writeFileSync(
      config,
      `mode: enforce\nstate_dir: ${state}\nhttp: {listen: "127.0.0.1:8788"}\nanomaly: {enabled: false}\nsources: [{type: file, path: ${log}}]\nresponders: [{type: command, name: noop, add: [/bin/true, "{ip}"]}]\n`,
    );
    here.start(here.server, [BEKCI, 'run', '-c', config], 'bekci.log');
    await until('bekci reads', () => isReading(state), 60_000);
    const token = execFileSync(BEKCI, ['tokens', 'add', 'firewall', '--bouncer', '--json', '--state-dir', state], {
      encoding: 'utf8',
    });
    const { secret } = JSON.parse(token) as { secret: string };
    const settings = join(here.folder, 'bouncer.yaml');
    writeFileSync(
      settings,
      `mode: nftables\npid_dir: ${here.folder}/\nupdate_frequency: 1s\ndaemonize: false\nlog_mode: stdout\nlog_level: info\napi_url: http://127.0.0.1:8788/\napi_key: ${secret}\ndeny_action: DROP\nsupported_decisions_types: [ban]\nblacklists_ipv4: crowdsec-blacklists\nblacklists_ipv6: crowdsec6-blacklists\nnftables:\n  ipv4: {enabled: true, set-only: false, table: crowdsec, chain: crowdsec-chain}\n  ipv6: {enabled: true, set-only: false, table: crowdsec6, chain: crowdsec6-chain}\n`,
    );
    here.start(here.server, [BOUNCER, '-c', settings], 'bouncer.log');
    const held = (): string => here.run(here.server, ['nft', 'list', 'ruleset']).stdout;
    await until('the bouncer makes its table', () => held().includes('table ip crowdsec'), 30_000);
    appendFileSync(
      log,
      attack('203.0.113.7')
        .map((line) => `${line}\n`)
        .join(''),
    );
    await until('the attacker is in the set', () => /203\.0\.113\.7\b.*timeout/.test(held()), 30_000);
    spawnSync(BEKCI, ['decisions', 'delete', '203.0.113.7', '--state-dir', state]);
    await until('the attacker is out again', () => !held().includes('203.0.113.7'), 30_000);
  },
  180_000,
);
