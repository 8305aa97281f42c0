/** Talks to a running daemon over its control socket. */
import { accessSync, constants, existsSync } from 'node:fs';
import { request } from 'node:http';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { AppError, fail } from '../kit/errors.ts';
import { stateDirOf } from '../state-dir.ts';
import { openStore } from '../store/sqlite/sqlite-store.ts';
import type { Store } from '../store/store.ts';

/** Options that say which daemon is meant. */
export interface Where {
  readonly config?: string;
  readonly stateDir?: string;
}

/** The configuration and state folder meant by the options. */
export function locate(where: Where): { config: Config; stateDir: string } {
  const { config } = loadConfig(where.config ?? null);
  return { config, stateDir: where.stateDir ?? stateDirOf(config) };
}

/** An answer of the daemon, or null when none runs. */
export function ask(
  stateDir: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown } | null> {
  return new Promise((resolve, reject) => {
    const req = request(
      {
        socketPath: join(stateDir, 'bekci.sock'),
        method,
        path,
        timeout: 30_000,
        headers: { host: 'localhost', 'content-type': 'application/json', 'x-bekci-user': sitting() },
      },
      (res) => {
        const parts: Buffer[] = [];
        res.on('data', (part: Buffer) => parts.push(part));
        res.on('end', () =>
          resolve({ status: res.statusCode ?? 0, body: JSON.parse(Buffer.concat(parts).toString('utf8') || 'null') }),
        );
      },
    );
    req.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(null);
      else if (error.code === 'EACCES' || error.code === 'EPERM') reject(closedTo(stateDir));
      else
        reject(
          new AppError('API_BROKEN', {
            message: `bekci in ${stateDir} cannot be asked: ${error.message}`,
            hint: '`systemctl status bekci` says whether it runs',
            cause: error,
          }),
        );
    });
    req.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Who sits at the terminal, for the audit: also behind sudo. */
export function sitting(): string {
  const sudo = process.env.SUDO_USER;
  if (sudo !== undefined && sudo !== '') return sudo;
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}

/** The store of a state folder, for reading. Throws STORE_NONE when there is none, STORE_CLOSED when it may not be read. */
export function readStore(stateDir: string): Store {
  const path = join(stateDir, 'bekci.db');
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') throw closedTo(stateDir);
    fail('STORE_NONE', {
      message: `there is no store in ${stateDir}`,
      hint: hintOf('has `bekci run` run here? `--state-dir` or `-c` names another place'),
    });
  }
  return openStore(path, { readOnly: true });
}

/** Throws for verbs that need a running daemon. */
export function notRunning(stateDir: string): never {
  return fail('API_NOT_RUNNING', {
    message: `no bekci answers in ${stateDir}`,
    hint: hintOf('start it with `bekci run`, or name its folder with --state-dir'),
  });
}

/** Where the service keeps its state; only root and its own user may look. */
const SERVICE_STATE = '/var/lib/bekci';

/** Whoever asks as an ordinary user means the service, where one is installed. */
function hintOf(otherwise: string): string {
  if (process.getuid?.() === 0 || !existsSync(SERVICE_STATE)) return otherwise;
  return `the service keeps its state in ${SERVICE_STATE}, where only root may look: try again with sudo`;
}

function closedTo(stateDir: string): AppError {
  return new AppError('STORE_CLOSED', {
    message: `this user may not look into ${stateDir}`,
    hint: 'try again with sudo, or as the user bekci runs as',
  });
}
