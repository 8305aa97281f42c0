/**
 * One nft(8) that stays, fed a transaction a line (`nft -i`): a ban then costs a fraction of a millisecond instead of a process. It
 * is only a faster way: whatever goes wrong, the caller runs nft anew.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

/** Longest answer waited for. */
const MAX_ANSWER = 1_048_576;
const PATIENCE_MS = 5_000;

/** A running nft. */
export interface NftSession {
  /** Runs commands as one transaction; what nft said on standard error, empty when all went well. Null when there is no session. */
  run(commands: readonly string[]): Promise<string | null>;
  /** Starts nft ahead of the first ban, which would wait for it. */
  start(): void;
  close(): void;
}

/** A session that starts with the first call. Calls must not overlap. */
export function createNftSession(command: readonly string[]): NftSession {
  let child: ChildProcessWithoutNullStreams | null = null;
  let heard = '';
  let waiting: ((answer: string | null) => void) | null = null;
  let mark = '';
  let count = 0;

  function start(): ChildProcessWithoutNullStreams {
    const fresh = spawn(command[0]!, [...command.slice(1), '-i'], { stdio: ['pipe', 'pipe', 'pipe'] });
    const gone = (): void => {
      if (child !== fresh) return;
      child = null;
      settle(null);
    };
    fresh.on('error', gone);
    fresh.on('close', gone);
    fresh.stdin.on('error', () => {});
    fresh.stdout.resume();
    fresh.stderr.setEncoding('utf8').on('data', (part: string) => {
      if (child !== fresh) return;
      heard += part;
      const end = heard.indexOf(mark);
      if (end >= 0) settle(heard.slice(0, end));
      else if (heard.length > MAX_ANSWER) stop();
    });
    // An idle session keeps nothing alive.
    fresh.unref();
    for (const stream of [fresh.stdin, fresh.stdout, fresh.stderr]) (stream as unknown as { unref?(): void }).unref?.();
    return fresh;
  }

  function settle(answer: string | null): void {
    const waiter = waiting;
    waiting = null;
    heard = '';
    waiter?.(answer);
  }

  function stop(): void {
    const old = child;
    child = null;
    old?.kill('SIGKILL');
    settle(null);
  }

  return {
    run(commands) {
      child ??= start();
      // The end of an answer is the complaint about a word that is no command. What comes after it is cleared away with the next.
      mark = `bekci-end-${++count}\n`;
      heard = '';
      const { stdin } = child;
      return new Promise((resolve) => {
        const timer = setTimeout(stop, PATIENCE_MS);
        waiting = (answer) => {
          clearTimeout(timer);
          resolve(answer === null ? null : complaintsIn(answer));
        };
        stdin.write(`${commands.join('; ')}\n${mark}`);
      });
    },
    start() {
      child ??= start();
    },
    close: () => {
      const old = child;
      child = null;
      old?.stdin.end();
      settle(null);
    },
  };
}

/** What nft said, without the carets under the last mark and the complaint about this one. */
function complaintsIn(answer: string): string {
  const lines = answer.split('\n').filter((line) => !/^[\s^~]*$/.test(line));
  // The last line is the complaint about the mark itself, whose own text was cut off.
  return lines.slice(0, -1).join('\n');
}
