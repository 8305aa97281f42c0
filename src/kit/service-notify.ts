/**
 * Tells systemd that the service is ready, alive and stopping, sd_notify(3). Node cannot send datagrams on Unix sockets, so
 * systemd-notify(1) does it, which comes with systemd; where no systemd started us, nothing happens.
 */
import { describeError } from './errors.ts';
import type { Log } from './log.ts';
import { runCommand } from './run-command.ts';
import { escapeControls } from './text.ts';

/** Pings in the time systemd waits for one. */
const PINGS = 3;
const CALL_MS = 10_000;

/** The service manager's ear. */
export interface ServiceNotify {
  /** Started: what is started after us may start. Begins to ping the watchdog, if there is one. */
  ready(status: string): Promise<void>;
  stopping(): Promise<void>;
}

/** Speaks to the manager that the environment names. `program` is for tests. */
export function createServiceNotify(
  env: Readonly<Record<string, string | undefined>>,
  log: Log,
  program = 'systemd-notify',
): ServiceNotify {
  const isService = env.NOTIFY_SOCKET !== undefined && env.NOTIFY_SOCKET !== '';
  let timer: NodeJS.Timeout | null = null;
  /** The call under way: one at a time, or the manager could hear them in another order. */
  let running: Promise<void> | null = null;

  async function say(...words: readonly string[]): Promise<void> {
    if (!isService) return;
    while (running !== null) await running;
    running = call(words);
    await running;
    running = null;
  }

  async function call(words: readonly string[]): Promise<void> {
    const done = await runCommand([program, ...words], { signal: AbortSignal.timeout(CALL_MS) });
    if (done.code !== 0)
      log('warn', 'systemd was not told', { words: words[0], error: done.failed ?? describeError(done.stderr.trim()) });
  }

  /** A ping is left out while another call is under way. */
  function ping(): void {
    if (running === null) void say('WATCHDOG=1');
  }

  return {
    async ready(status) {
      await say('READY=1', `STATUS=${escapeControls(status)}`);
      const every = pingMs(env);
      // The timer is the proof of life: a loop that hangs pings nobody, and systemd starts the service anew.
      if (isService && every !== null) timer = setInterval(ping, every).unref();
    },
    async stopping() {
      if (timer !== null) clearInterval(timer);
      await say('STOPPING=1');
    },
  };
}

/** Milliseconds between two pings, or null when nobody waits for them, sd_watchdog_enabled(3). */
function pingMs(env: Readonly<Record<string, string | undefined>>): number | null {
  const { WATCHDOG_USEC: wait, WATCHDOG_PID: pid } = env;
  if (wait === undefined || !/^\d{4,15}$/.test(wait)) return null;
  if (pid !== undefined && pid !== String(process.pid)) return null;
  return Math.max(100, Math.floor(Number(wait) / 1000 / PINGS));
}
