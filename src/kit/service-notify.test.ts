/** The service manager’s protocol with the real systemd-notify and a real datagram socket, which Python holds. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { silentLog } from './log.ts';
import { createServiceNotify } from './service-notify.ts';

const missing = ['systemd-notify', 'python3'].filter((program) => spawnSync('which', [program]).status !== 0);
if (missing.length > 0) console.log(`skipped: the service manager’s protocol needs ${missing.join(', ')}`);

/** Prints each datagram with its lines joined; closes passed descriptors, which is what the barrier waits for. */
const RECEIVER = `
import array, os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1])
while True:
    data, extra, _, _ = s.recvmsg(4096, 4096)
    print(data.decode().strip().replace("\\n", "|"), flush=True)
    for _, kind, value in extra:
        if kind == socket.SCM_RIGHTS:
            for fd in array.array("i", value): os.close(fd)
`;

let receiver: ChildProcess | null = null;
afterEach(() => {
  receiver?.kill('SIGKILL');
  receiver = null;
});

async function listen(): Promise<{ socket: string; said: () => string[] }> {
  const socket = join(mkdtempSync(join(tmpdir(), 'bekci-notify-')), 's');
  receiver = spawn('python3', ['-c', RECEIVER, socket], { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  receiver.stdout?.on('data', (part: Buffer) => {
    text += part.toString('utf8');
  });
  await expect.poll(() => existsSync(socket), { timeout: 10_000 }).toBe(true);
  const said = (): string[] => text.split('\n').filter((line) => line !== '' && line !== 'BARRIER=1');
  return { socket, said };
}

it.skipIf(missing.length > 0)('is ready, alive and stopping', async () => {
  const { socket, said } = await listen();
  process.env.NOTIFY_SOCKET = socket;
  try {
    const notify = createServiceNotify({ NOTIFY_SOCKET: socket, WATCHDOG_USEC: '600000' }, silentLog);
    await notify.ready('observing\nREADY=0 — gözlüyor');
    expect(said()).toEqual(['READY=1|STATUS=observing\\x0aREADY=0 — gözlüyor']);
    await expect
      .poll(() => said().filter((each) => each === 'WATCHDOG=1').length, { timeout: 5000 })
      .toBeGreaterThan(2);
    await notify.stopping();
    expect(said().at(-1)).toBe('STOPPING=1');
    const count = said().length;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(said().length).toBe(count);
  } finally {
    delete process.env.NOTIFY_SOCKET;
  }
});

it('says nothing where no manager listens, and only warns where the program is missing', async () => {
  const heard: string[] = [];
  const log = (_level: string, message: string): void => void heard.push(message);
  await createServiceNotify({}, log, '/nonexistent').ready('x');
  expect(heard).toEqual([]);
  const lost = createServiceNotify({ NOTIFY_SOCKET: '/nonexistent' }, log, '/nonexistent');
  await lost.ready('x');
  await lost.stopping();
  expect(heard).toEqual(['systemd was not told', 'systemd was not told']);
});
