/** The whole service on a machine with a real systemd: install, arm, ban, watchdog, crash, upgrade, uninstall. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootMachine, INSIDE, type Machine } from '../labs/systemd.ts';
import { until } from './lab.ts';

const booted = await bootMachine();
const problem = typeof booted === 'string' ? booted : null;
if (problem !== null) console.log(`skipped: the service under systemd ${problem}`);

describe.skipIf(problem !== null)('as a service', { timeout: 120_000 }, () => {
  const machine = booted as Machine;
  const config = '/etc/bekci/bekci.yaml';

  function must(...command: readonly string[]): string {
    const done = machine.run(...command);
    if (done.status !== 0) throw new Error(`${command.join(' ')}: ${done.stderr}${done.stdout}`);
    return done.stdout;
  }

  const show = (unit: string, property: string): string => must('systemctl', 'show', '-P', property, unit).trim();
  const status = (unit: string): string => must('cat', `/proc/${show(unit, 'MainPID')}/status`);
  const bans = (): string => machine.run('nft', 'list', 'table', 'inet', 'bekci').stdout;

  function attack(ip: string): void {
    const line = `Failed password for root from ${ip} port 40022 ssh2`;
    for (let n = 0; n < 8; n++) must('logger', '-t', 'sshd', '-p', 'auth.info', line);
  }

  beforeAll(() => {
    must(`${INSIDE}/tools/bekci`, 'install', '--json');
    writeFileSync(
      join(machine.root, config),
      readFileSync(join(machine.root, config), 'utf8').replace('mode: observe', 'mode: enforce'),
    );
    must('systemctl', 'restart', 'bekci');
  }, 120_000);
  afterAll(async () => {
    await machine.close();
  });

  it('is ready, and its parts hold what they need and no more', () => {
    expect([show('bekci', 'ActiveState'), show('bekci', 'StatusText')]).toEqual([
      'active',
      'armed: attackers are blocked',
    ]);
    expect(must('systemd-analyze', 'verify', '--man=no', 'bekci.service', 'bekci-helper.service')).toBe('');
    expect(status('bekci')).toMatch(/^CapEff:\s*0{16}$/m);
    expect(status('bekci')).toMatch(/^CapBnd:\s*0{16}$/m);
    expect(status('bekci')).toMatch(/^Seccomp:\s*2$/m);
    expect(must('stat', '-c', '%a %U %G', '/run/bekci/helper.sock', '/run/bekci', config)).toBe(
      '660 root bekci\n750 root bekci\n640 root bekci\n',
    );
    const doctor = machine.run('bekci', 'doctor', '--json').stdout;
    expect(doctor).toContain('holds no capability');
    expect(doctor).toContain('helper: ready');
    expect(status('bekci-helper')).toMatch(/^CapEff:\s*0{12}1000$/m);
    expect(status('bekci-helper')).toMatch(/^CapBnd:\s*0{12}1000$/m);
  });

  it('bans who attacks in the journal', async () => {
    attack('203.0.113.7');
    await until('the ban is in the kernel', () => bans().includes('203.0.113.7'));
  });

  it('systemd starts a helper that was killed, and bans go on', async () => {
    must('systemctl', 'kill', '--signal=SIGKILL', 'bekci-helper.service');
    attack('203.0.113.8');
    await until('the next ban is in the kernel', () => bans().includes('203.0.113.8'), 20_000);
    expect(bans()).toContain('203.0.113.7');
  });

  it('a daemon that hangs is ended by the watchdog and started again; one that works is not', async () => {
    must('mkdir', '-p', '/run/systemd/system/bekci.service.d');
    must('sh', '-c', 'printf "[Service]\\nWatchdogSec=3\\n" > /run/systemd/system/bekci.service.d/fast.conf');
    must('systemctl', 'daemon-reload');
    must('systemctl', 'restart', 'bekci');
    const first = show('bekci', 'MainPID');
    await new Promise((resolve) => setTimeout(resolve, 8000));
    expect([show('bekci', 'MainPID'), show('bekci', 'NRestarts')]).toEqual([first, '0']);
    must('kill', '-STOP', first);
    await until(
      'it was started again',
      () => show('bekci', 'NRestarts') === '1' && show('bekci', 'ActiveState') === 'active',
      30_000,
    );
    expect(show('bekci', 'MainPID')).not.toBe(first);
    expect(bans()).toContain('203.0.113.7');
  });

  it('bans outlive an upgrade untouched', async () => {
    const timeout = (): string | undefined => /203\.0\.113\.7[^,]* timeout (\S+)/.exec(bans())?.[1];
    const before = timeout();
    const steps = must(`${INSIDE}/tools/bekci`, 'install', '--json');
    expect(steps).toContain('"written":0');
    await until('it runs again', () => show('bekci', 'ActiveState') === 'active');
    expect([timeout(), before]).toEqual([before, expect.stringMatching(/\d/)]);
    expect(must('bekci', 'decisions', 'list', '--json')).toContain('203.0.113.7');
  });

  it('uninstall leaves nothing but the state', () => {
    must(`${INSIDE}/tools/bekci`, 'uninstall', '--json');
    expect(machine.run('systemctl', 'cat', 'bekci').status).not.toBe(0);
    expect(machine.run('systemctl', 'is-active', 'bekci', 'bekci-helper', 'bekci-helper.socket').status).not.toBe(0);
    expect(bans()).toBe('');
    for (const path of ['usr/lib/bekci', 'usr/bin/bekci', 'usr/lib/systemd/system/bekci.service'])
      expect([path, existsSync(join(machine.root, path))]).toEqual([path, false]);
    expect(existsSync(join(machine.root, 'var/lib/bekci/bekci.db'))).toBe(true);
    expect(machine.run('id', 'bekci').status).toBe(0);
  });

  it('--purge takes state, configuration and users too', () => {
    must(`${INSIDE}/tools/bekci`, 'install', '--no-start', '--json');
    expect(machine.run('systemctl', 'is-enabled', 'bekci').status).not.toBe(0);
    must('bekci', 'uninstall', '--purge', '--json');
    for (const path of ['var/lib/bekci', 'var/cache/bekci', 'etc/bekci', 'usr/lib/bekci'])
      expect([path, existsSync(join(machine.root, path))]).toEqual([path, false]);
    expect([machine.run('id', 'bekci').status, machine.run('id', 'bekci-helper').status]).toEqual([1, 1]);
  });
});
