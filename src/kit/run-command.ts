/** Runs a program without a shell, bounded in time and output. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What came of it. `code` is null when it could not start or was ended by the time limit. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** ENOENT and the like, when it could not start. */
  readonly failed: string | null;
}

const MAX_OUTPUT = 64 * 1024 * 1024;
/** What a pipe takes at once, in characters. More would keep the program waiting while this one is busy. */
const PIPE = 65_536;

/** Runs an argument array and feeds it `input`. Never throws. */
export function runCommand(
  command: readonly string[],
  options: { readonly input?: string; readonly signal?: AbortSignal } = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const input = options.input ?? '';
    const file = input.length > PIPE ? fileOf(input) : null;
    const child = spawn(command[0]!, command.slice(1), {
      stdio: [file ?? 'pipe', 'pipe', 'pipe'],
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    if (file !== null) closeSync(file);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let size = 0;
    const collect =
      (into: Buffer[]) =>
      (part: Buffer): void => {
        size += part.length;
        if (size <= MAX_OUTPUT) into.push(part);
      };
    child.stdout?.on('data', collect(out));
    child.stderr?.on('data', collect(err));
    child.stdin?.on('error', () => {});
    const done = (code: number | null, failed: string | null): void =>
      resolve({
        code,
        stdout: Buffer.concat(out).toString('utf8'),
        stderr: Buffer.concat(err).toString('utf8'),
        failed,
      });
    child.on('error', (error: NodeJS.ErrnoException) => done(null, error.code ?? error.message));
    child.on('close', (code) => done(code, null));
    child.stdin?.end(input);
  });
}

/** A file without a name that holds the text, ready to be read; null when there is no room for one. */
function fileOf(text: string): number | null {
  const path = join(tmpdir(), `bekci-${randomUUID()}`);
  try {
    const file = openSync(path, 'wx+', 0o600);
    try {
      unlinkSync(path);
      // At a position of its own: what reads the file begins at its beginning.
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, at);
      return file;
    } catch (error) {
      closeSync(file);
      throw error;
    }
  } catch {
    return null;
  }
}
