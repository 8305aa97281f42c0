/**
 * The split of rights with real users: a helper that holds CAP_NET_ADMIN and nothing else, a main process that holds nothing at
 * all, a real attack in a log, packets in namespaces. And the bans' life across restarts of either: no packet slips through.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CAP_NET_ADMIN, capabilitiesOf } from '../../src/kit/capabilities.ts';
import { firewallHelper, type HelperLab } from '../labs/firewall-helper.ts';
import { createLab, isReading, type Lab, labProblem, until } from './lab.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** No such users need to exist: the kernel knows numbers only. */
const [MAIN_UID, HELPER_UID, GID] = [64_201, 64_202, 64_203];

/** `nft -j list set`, as far as it is read here. */
interface SetListing {
  readonly nftables: readonly {
    readonly set?: { readonly elem?: readonly { elem: { val: string; timeout: number; expires: number } }[] };
  }[];
}

const as = (uid: number, caps: string): string[] => [
  'setpriv',
  `--reuid=${uid}`,
  `--regid=${GID}`,
  '--clear-groups',
  `--inh-caps=-all${caps}`,
  `--ambient-caps=-all${caps}`,
  `--bounding-set=-all${caps}`,
  '--no-new-privs',
];

function whyNot(): string | null {
  const lab = labProblem(['setpriv', 'ping']);
  if (lab !== null) return lab;
  const [program, ...args] = [...as(MAIN_UID, ''), join(ROOT, 'tools', 'bekci'), '--version'];
  const tried = spawnSync(program!, args, { encoding: 'utf8' });
  return tried.status === 0 ? null : `another user cannot run this checkout: ${tried.stderr.trim()}`;
}

const problem = whyNot();
if (problem !== null) console.log(`skipped: the split of rights ${problem}`);

describe.skipIf(problem !== null)('rights', { timeout: 60_000 }, () => {
  let lab: Lab;
  let helper: HelperLab;
  let main: ChildProcess;
  let log: string;
  let config: string;
  const state = (): string => join(lab.folder, 'state');

  beforeAll(async () => {
    lab = createLab();
    chmodSync(lab.folder, 0o755);
    const run = join(lab.folder, 'run');
    for (const [path, uid] of [
      [run, HELPER_UID],
      [state(), MAIN_UID],
    ] as const) {
      mkdirSync(path, { mode: 0o750 });
      chownSync(path, uid, GID);
    }
    helper = await firewallHelper(lab.server, as(HELPER_UID, ',+net_admin'), [], run);
    log = join(lab.folder, 'auth.log');
    writeFileSync(log, '');
    config = join(lab.folder, 'bekci.yaml');
    writeFileSync(
      config,
      JSON.stringify({
        mode: 'enforce',
        state_dir: state(),
        sources: [{ type: 'file', path: log }],
        responders: [{ type: 'helper', socket: helper.socket }],
        anomaly: { enabled: false },
        http: { enabled: false },
      }),
    );
    await startMain();
  }, 60_000);
  afterAll(async () => {
    await stopMain('SIGTERM');
    await helper.responder.close();
    await helper.close();
    await lab.close();
  });

  async function startMain(): Promise<void> {
    const [program, ...args] = ['ip', 'netns', 'exec', lab.server, ...as(MAIN_UID, '')];
    main = spawn(program!, [...args, join(ROOT, 'tools', 'bekci'), 'run', '-c', config], {
      stdio: ['ignore', 'ignore', process.env.BEKCI_TEST_LOG === undefined ? 'ignore' : 'inherit'],
      env: { ...process.env, HOME: state() },
    });
    await until('bekci reads', () => isReading(state()));
  }

  async function stopMain(signal: NodeJS.Signals): Promise<void> {
    if (main.exitCode !== null || main.signalCode !== null) return;
    const gone = new Promise((resolve) => main.once('exit', resolve));
    main.kill(signal);
    await gone;
  }

  const banned = (ip: string): boolean => helper.nft('list', 'set', 'inet', 'bekci', 'banned4').includes(ip);

  function attack(ip: string): void {
    for (let n = 0; n < 8; n++) {
      const at = new Date().toISOString();
      appendFileSync(log, `${at} web sshd[${4000 + n}]: Failed password for root from ${ip} port ${4000 + n} ssh2\n`);
    }
  }

  it('a ban lands in the kernel while the main process holds no capability', async () => {
    attack('203.0.113.7');
    await until('the ban is in the kernel', () => banned('203.0.113.7'));
    const none = { effective: 0n, permitted: 0n, inheritable: 0n, bounding: 0n, ambient: 0n };
    for (const thread of readdirSync(`/proc/${main.pid}/task`))
      expect([thread, capabilitiesOf(Number(thread))]).toEqual([thread, none]);
    const status = readFileSync(`/proc/${main.pid}/status`, 'latin1');
    expect(status).toMatch(new RegExp(`^Uid:\\s*${MAIN_UID}\\s+${MAIN_UID}\\s+${MAIN_UID}\\s+${MAIN_UID}$`, 'm'));
    expect(status).toMatch(/^NoNewPrivs:\s*1$/m);
    const alone = CAP_NET_ADMIN;
    expect(capabilitiesOf(helper.child().pid!)).toEqual({
      effective: alone,
      permitted: alone,
      inheritable: alone,
      bounding: alone,
      ambient: alone,
    });
    // The same user without the helper gets nowhere.
    const direct = lab.run(lab.server, [...as(MAIN_UID, ''), 'nft', 'flush', 'ruleset']);
    expect(direct.status).not.toBe(0);
    expect(banned('203.0.113.7')).toBe(true);
  });

  it('somebody else may not open the socket', () => {
    const stranger = as(64_299, '').map((each) => (each.startsWith('--regid') ? '--regid=64299' : each));
    const script = `require('net').connect('${helper.socket}').on('error',(e)=>{console.log(e.code);process.exit(3)}).on('connect',()=>process.exit(0))`;
    const tried = lab.run(lab.server, [...stranger, join(ROOT, 'tools', 'node'), '-e', script]);
    expect([tried.status, tried.stdout.trim()]).toEqual([3, 'EACCES']);
  });

  it('the doctor shows it', () => {
    const seen = spawnSync(join(ROOT, 'tools', 'bekci'), ['doctor', '--json', '-c', config], { encoding: 'utf8' });
    const findings = seen.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(findings.filter((each) => each.link === 'rights' || each.link === 'responder')).toEqual([
      expect.objectContaining({ link: 'rights', grade: 'ok', text: expect.stringContaining('holds no capability') }),
      expect.objectContaining({
        link: 'responder',
        grade: 'ok',
        text: expect.stringMatching(/^helper: ready, \d+ packets dropped so far$/),
      }),
    ]);
  });

  it('without its helper the daemon says what to do, keeps reading, and catches up', async () => {
    await helper.stop('SIGTERM');
    attack('203.0.113.77');
    const status = (): { healthy: boolean; problems: string[] } =>
      JSON.parse(
        spawnSync(join(ROOT, 'tools', 'bekci'), ['status', '--json', '-c', config], { encoding: 'utf8' }).stdout,
      );
    await until('the fault is told', () => status().problems.some((each) => each.includes('bekci-helper')));
    expect(status().healthy).toBe(false);
    await helper.restart('SIGTERM');
    await until('the ban is in the kernel', () => banned('203.0.113.77'), 20_000);
    await until('all is well again', () => status().healthy, 20_000);
  });

  it('no packet of a banned address gets through while either is restarted or killed', async () => {
    const pings = (namespace: string, seconds: number): { done: Promise<[number, number]> } => {
      const count = String(seconds * 200);
      const ping = lab.start(
        namespace,
        ['ping', '-q', '-i', '0.005', '-c', count, '-W', '1', gate[namespace]!],
        `${namespace}.ping`,
      );
      const done = new Promise<[number, number]>((resolve) =>
        ping.once('exit', () => {
          const text = readFileSync(join(lab.folder, `${namespace}.ping`), 'latin1');
          const found = /(\d+) packets transmitted, (\d+) received/.exec(text);
          resolve([Number(found?.[1]), Number(found?.[2])]);
        }),
      );
      return { done };
    };
    const gate: Record<string, string> = { [lab.attacker]: '203.0.113.1', [lab.client]: '198.51.100.1' };
    const attacker = pings(lab.attacker, 12);
    const client = pings(lab.client, 12);
    const element = (): { timeout: number; expires: number } => {
      const read = JSON.parse(helper.nft('-j', 'list', 'set', 'inet', 'bekci', 'banned4')) as SetListing;
      const elements = read.nftables.flatMap((each) => each.set?.elem ?? []);
      return elements.find((each) => each.elem.val === '203.0.113.7')!.elem;
    };
    const before = element();
    await stopMain('SIGTERM');
    expect(banned('203.0.113.7')).toBe(true);
    await startMain();
    await helper.restart('SIGKILL');
    await stopMain('SIGKILL');
    await startMain();
    // A new start reads what is there and does not write it anew: it is still the element of the first moment.
    expect(element().timeout).toBe(before.timeout);
    expect(element().expires).toBeLessThan(before.expires);
    const [sent, through] = await attacker.done;
    expect(sent).toBeGreaterThan(500);
    expect(through).toBe(0);
    // The other client was answered all the while: it was the ban that held the packets.
    const [asked, answered] = await client.done;
    expect(answered).toBeGreaterThan(asked * 0.95);
  });
});
