/** A real firewalld in a network namespace, on a message bus of its own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../../src/kit/log.ts';
import { createResponder, responderSettings } from '../../src/responders/all.ts';
import { removeFolder } from './remove-folder.ts';
import { type Bench, denied } from './responders.ts';

const POLICY = '<allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/>';

/** Starts it and waits until it answers. */
export async function firewalld(namespace: string): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'bekci-firewalld-'));
  const bus = `unix:path=${folder}/bus`;
  const env = { ...process.env, DBUS_SYSTEM_BUS_ADDRESS: bus };
  mkdirSync(join(folder, 'etc'));
  writeFileSync(
    join(folder, 'bus.conf'),
    `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>${bus}</listen><auth>EXTERNAL</auth><policy context="default">${POLICY}</policy></busconfig>`,
  );
  spawnSync('ip', ['netns', 'add', namespace]);
  const within = ['netns', 'exec', namespace];
  const started: ChildProcess[] = [
    spawn('dbus-daemon', [`--config-file=${folder}/bus.conf`, '--nofork', '--nopidfile'], { stdio: 'ignore' }),
  ];
  await new Promise((resolve) => setTimeout(resolve, 300));
  const args = [...within, 'firewalld', '--nofork', '--nopid', '--system-config', join(folder, 'etc')];
  started.push(spawn('ip', args, { env, stdio: 'ignore' }));
  const command = ['env', `DBUS_SYSTEM_BUS_ADDRESS=${bus}`, 'firewall-cmd'];
  for (let tries = 0; tries < 40; tries++) {
    if (spawnSync(command[0]!, [...command.slice(1), '--state']).status === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const nft = (...rest: string[]) => spawnSync('ip', [...within, 'nft', ...rest], { encoding: 'utf8' });
  return {
    responder: createResponder(responderSettings.parse({ type: 'firewalld', command }), {
      log: silentLog,
      now: Date.now,
    }),
    really() {
      const rules = nft('list', 'table', 'inet', 'firewalld').stdout;
      return denied((address) => {
        const set = address.includes(':') ? 'bekci6' : 'bekci4';
        return (
          rules.includes(`@${set} goto`) &&
          nft('get', 'element', 'inet', 'firewalld', set, `{ ${address} }`).status === 0
        );
      });
    },
    wipe: () => void spawnSync(command[0]!, [...command.slice(1), '--reload']),
    async close() {
      for (const each of started.reverse()) each.kill();
      await new Promise((resolve) => setTimeout(resolve, 300));
      spawnSync('ip', ['netns', 'delete', namespace]);
      removeFolder(folder);
    },
  };
}
