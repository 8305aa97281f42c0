/** Lines a program prints: it is started, read at the engine's pace, and started again with growing waits when it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { basename } from 'node:path';
import type { LineBatch, SourceRef } from '../../model/line.ts';
import type { Source, SourceContext, SourceHealth, SourceState } from '../source.ts';
import { pause } from '../stream/pause.ts';
import { LineStream } from './line-stream.ts';
import type { CommandSettings } from './settings.ts';

const RESTART_MS = 1000;
const RESTART_MAX_MS = 60_000;
/** One that ran so long did not fail at once: the next wait is short again. */
const STEADY_MS = 60_000;
const KILL_AFTER_MS = 3000;
const MAX_SAID = 500;

/** A source over a program's output. */
export function createCommand(settings: CommandSettings, context: SourceContext): Source {
  const name = settings.name ?? basename(settings.run[0]!);
  const ref: SourceRef = {
    id: `command:${name}`,
    program: settings.program ?? null,
    timezone: settings.timezone ?? null,
  };
  const lines = new LineStream(ref, context.now);
  let state: SourceState = 'waiting';
  let problem: string | null = null;
  let restarts = 0;

  async function* read(_resume: unknown, signal: AbortSignal): AsyncGenerator<LineBatch> {
    let wait = RESTART_MS;
    while (!signal.aborted) {
      const started = performance.now();
      const run = start();
      const stop = (): void => end(run.child);
      signal.addEventListener('abort', stop);
      try {
        for await (const batch of lines.batches(run.child.stdout! as AsyncIterable<Buffer>)) {
          state = 'reading';
          problem = null;
          yield batch;
        }
      } finally {
        signal.removeEventListener('abort', stop);
        end(run.child);
      }
      const why = await run.ended;
      if (signal.aborted) return;
      state = 'lost';
      problem = `${why}; it is started again`;
      if (performance.now() - started >= STEADY_MS) wait = RESTART_MS;
      context.log('warn', 'a command that gives lines ended', { source: ref.id, problem, inMs: wait });
      await pause(wait, signal);
      wait = Math.min(wait * 2, RESTART_MAX_MS);
      restarts++;
    }
  }

  function start(): { readonly child: ChildProcess; readonly ended: Promise<string> } {
    const [program, ...args] = settings.run;
    // A group of its own, so that what it starts ends with it.
    const child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-MAX_SAID);
    });
    const ended = new Promise<string>((resolve) => {
      child.on('error', (error) => resolve(`cannot run ${program}: ${error.message}`));
      child.on('close', (code, killedBy) => {
        const last = said.trim().split('\n').at(-1) ?? '';
        resolve(`${program} ended with ${killedBy ?? code}${last === '' ? '' : `: ${last}`}`);
      });
    });
    state = 'reading';
    return { child, ended };
  }

  const health = (): SourceHealth => ({
    state,
    lag: 0,
    rotations: 0,
    truncated: lines.truncated,
    problem,
    counts: { restarts },
  });
  return { ref, read, health, textAt: (place) => lines.textAt(place) };
}

/** Ends the program and what it started, by force where asking does not help. */
function end(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const kill = (signal: NodeJS.Signals): void => {
    try {
      process.kill(-pid, signal);
    } catch {
      // Gone already.
    }
  };
  kill('SIGTERM');
  const timer = setTimeout(() => kill('SIGKILL'), KILL_AFTER_MS);
  child.once('exit', () => clearTimeout(timer));
}
