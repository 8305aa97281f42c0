/** A real firewall helper in a network namespace of its own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../../src/kit/log.ts';
import { createResponder, responderSettings } from '../../src/responders/all.ts';
import { removeFolder } from './remove-folder.ts';
import type { Bench } from './responders.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** A running helper. */
export interface HelperLab extends Bench {
  readonly socket: string;
  /** Its process: `ip netns exec` and `tools/node` replace themselves. */
  readonly child: () => ChildProcess;
  /** Ends it with the signal and starts another. */
  restart(signal: NodeJS.Signals): Promise<void>;
  stop(signal: NodeJS.Signals): Promise<void>;
  /** What `nft` says in the namespace. */
  nft(...args: string[]): string;
}

/** Starts a helper; `wrap` is put before its command, e.g. setpriv, and `args` after. */
export async function firewallHelper(
  namespace: string,
  wrap: readonly string[] = [],
  args: readonly string[] = [],
  folder = mkdtempSync(join(tmpdir(), 'bekci-helper-')),
): Promise<HelperLab> {
  spawnSync('ip', ['netns', 'add', namespace]);
  chmodSync(folder, 0o750);
  const socket = join(folder, 'helper.sock');
  const inside = ['netns', 'exec', namespace];
  const program = [join(ROOT, 'tools', 'node'), join(ROOT, 'src', 'helper', 'firewall.ts')];
  let child: ChildProcess;
  const nft = (...more: string[]): string =>
    spawnSync('ip', [...inside, 'nft', ...more], { encoding: 'utf8' }).stdout ?? '';

  async function start(): Promise<void> {
    rmSync(socket, { force: true });
    child = spawn('ip', [...inside, ...wrap, ...program, '--socket', socket, ...args], {
      stdio: ['ignore', 'ignore', process.env.BEKCI_TEST_LOG === undefined ? 'ignore' : 'inherit'],
    });
    for (let n = 0; n < 400 && !existsSync(socket); n++) await new Promise((resolve) => setTimeout(resolve, 25));
    // Its mode is set just after it is there.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }

  async function stop(signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  }

  await start();
  const responder = createResponder(responderSettings.parse({ type: 'helper', socket }), {
    log: silentLog,
    now: Date.now,
  });
  return {
    responder,
    socket,
    child: () => child,
    nft,
    really: async () =>
      [...nft('list', 'table', 'inet', 'bekci').matchAll(/set (banned\d\w*) \{[^}]*?elements = \{([^}]*)\}/gs)].flatMap(
        ([, name, elements]) => {
          const bits = /_(\d+)$/.exec(name!)?.[1];
          return elements!
            .split(',')
            .map((each) => `${each.trim().split(' ')[0]}${bits === undefined ? '' : `/${bits}`}`);
        },
      ),
    wipe: () => void nft('flush', 'ruleset'),
    stop,
    async restart(signal) {
      await stop(signal);
      await start();
    },
    async close() {
      await stop('SIGTERM');
      spawnSync('ip', ['netns', 'delete', namespace]);
      removeFolder(folder);
    },
  };
}
