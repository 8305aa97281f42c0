/** A real daemon with its watch room for tests, and clients that hold every answer against the contract. */
import { appendFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashPassword } from '../../src/api/auth/password.ts';
import type { Route } from '../../src/api/contract/shapes.ts';
import {
  API_BASE,
  CSRF_HEADER,
  type Given,
  ROLES,
  type RouteName,
  type RouteRequest,
  routes,
} from '../../src/api/contract.ts';
import { parseConfig } from '../../src/config/load.ts';
import { type Daemon, startDaemon } from '../../src/daemon.ts';
import type { ApiStore } from '../../src/store/api-store.ts';
import { openApiStore } from '../../src/store/sqlite/api/api-store.ts';
import { removeFolder } from '../labs/remove-folder.ts';

/** Password of all users of a room. */
export const PASSWORD = 'correct horse battery';

/** An answer as it came. */
export interface Raw {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Somebody who asks. */
export interface Client {
  readonly cookie: string;
  readonly csrf: string;
  raw(method: string, path: string, options?: { headers?: Record<string, string>; body?: unknown }): Promise<Raw>;
  /** Calls a route and checks its answer against the contract. */
  call<Name extends RouteName>(name: Name, sent?: Partial<RouteRequest<Name>>): Promise<Given<Name>>;
}

/** A running daemon. */
export interface Room {
  readonly folder: string;
  readonly log: string;
  readonly daemon: Daemon;
  readonly base: string;
  readonly store: ApiStore;
  readonly said: string[];
  /** Appends lines to the log that is read. */
  write(lines: readonly string[]): void;
  as(name: string): Promise<Client>;
  anonymous(): Client;
  withHeaders(headers: Record<string, string>): Client;
  close(): Promise<void>;
}

/** Starts one with a user a role, named like it. */
export async function openRoom(
  extra = '',
  configFile: (folder: string) => string | null = () => null,
  http = '',
): Promise<Room> {
  const folder = mkdtempSync(join(tmpdir(), 'bekci-room-'));
  const log = join(folder, 'auth.log');
  writeFileSync(log, '');
  const config = parseConfig(
    `state_dir: ${folder}\nhttp: {listen: "127.0.0.1:0"${http === '' ? '' : `, ${http}`}}\nanomaly: {enabled: false}\nsources: [{type: file, path: ${log}, from: start}]\n${extra}`,
    'room.yaml',
  );
  const said: string[] = [];
  const daemon = await startDaemon({
    config,
    configPath: configFile(folder) ?? join(folder, 'none.yaml'),
    log: (level, message, fields) => said.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`),
  });
  const store = openApiStore(join(folder, 'bekci.db'));
  const hash = await hashPassword(PASSWORD);
  for (const role of ROLES) store.addUser({ name: role, role, hash, createdAt: Date.now() });
  const base = `http://${daemon.http}`;
  return {
    folder,
    log,
    daemon,
    base,
    store,
    said,
    write: (lines) => appendFileSync(log, lines.map((line) => `${line}\n`).join('')),
    async as(name) {
      const answer = await client(base, {}, '', '').raw('POST', `${API_BASE}/auth/login`, {
        body: { name, password: PASSWORD },
      });
      if (answer.status !== 200) throw new Error(answer.text);
      const cookie = String(answer.headers['set-cookie']).split(';')[0]!;
      return client(base, {}, cookie, (JSON.parse(answer.text) as { csrf: string }).csrf);
    },
    anonymous: () => client(base, {}, '', ''),
    withHeaders: (headers) => client(base, headers, '', ''),
    async close() {
      await daemon.stop();
      store.close();
      removeFolder(folder);
    },
  };
}

function client(base: string, own: Record<string, string>, cookie: string, csrf: string): Client {
  const raw: Client['raw'] = (method, path, { headers = {}, body } = {}) =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
      const req = request(
        base + path,
        {
          method,
          headers: {
            ...(cookie === '' ? {} : { cookie, [CSRF_HEADER]: csrf }),
            ...(text === undefined ? {} : { 'content-type': 'application/json' }),
            ...own,
            ...headers,
          },
        },
        (res) => {
          const parts: Buffer[] = [];
          res.on('data', (part: Buffer) => parts.push(part));
          res.on('error', reject);
          res.on('end', () =>
            resolve({ status: res.statusCode ?? 0, headers: res.headers, text: Buffer.concat(parts).toString('utf8') }),
          );
        },
      );
      req.on('error', reject);
      req.end(text);
    });
  return {
    cookie,
    csrf,
    raw,
    async call(name, sent = {}) {
      const route: Route = routes[name];
      const answer = await raw(route.method, pathOf(route, sent), { body: (sent as { body?: unknown }).body });
      if (answer.status !== (route.status ?? 200)) throw new Error(`${name}: ${answer.status} ${answer.text}`);
      return route.response.parse(JSON.parse(answer.text)) as never;
    },
  };
}

/** The path of a call with its parameters. */
export function pathOf(route: Route, sent: { params?: unknown; query?: unknown }): string {
  const params = (sent.params ?? {}) as Record<string, string>;
  const path = route.path.replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(params[key] ?? 'none'));
  const query = new URLSearchParams(
    Object.entries((sent.query ?? {}) as Record<string, unknown>).map(([key, value]) => [key, String(value)]),
  ).toString();
  return API_BASE + path + (query === '' ? '' : `?${query}`);
}

/** Lines of a guessing attack from an address, ending now. */
export function attack(ip: string, count = 12): string[] {
  return Array.from({ length: count }, (_, index) => {
    const at = new Date(Date.now() - (count - index) * 500).toISOString();
    return `${at} web sshd[${1000 + index}]: Failed password for invalid user admin from ${ip} port ${40000 + index} ssh2`;
  });
}

/** Waits until a test holds; throws with its last answer after eight seconds. */
export async function until<T>(look: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  const end = performance.now() + 8_000;
  for (;;) {
    const value = await look();
    if (holds(value)) return value;
    if (performance.now() > end) throw new Error(`still ${JSON.stringify(value)?.slice(0, 500)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
