/** Runs a program without a shell, bounded in time and output. */
import { spawn } from 'node:child_process';

/** What came of it. `code` is null when it could not start or was ended by the time limit. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** ENOENT and the like, when it could not start. */
  readonly failed: string | null;
}

const MAX_OUTPUT = 64 * 1024 * 1024;

/** Runs an argument array and feeds it `input`. Never throws. */
export function runCommand(
  command: readonly string[],
  options: { readonly input?: string; readonly signal?: AbortSignal } = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command[0]!, command.slice(1), {
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let size = 0;
    const collect =
      (into: Buffer[]) =>
      (part: Buffer): void => {
        size += part.length;
        if (size <= MAX_OUTPUT) into.push(part);
      };
    child.stdout.on('data', collect(out));
    child.stderr.on('data', collect(err));
    child.stdin.on('error', () => {});
    const done = (code: number | null, failed: string | null): void =>
      resolve({
        code,
        stdout: Buffer.concat(out).toString('utf8'),
        stderr: Buffer.concat(err).toString('utf8'),
        failed,
      });
    child.on('error', (error: NodeJS.ErrnoException) => done(null, error.code ?? error.message));
    child.on('close', (code) => done(code, null));
    child.stdin.end(options.input ?? '');
  });
}
