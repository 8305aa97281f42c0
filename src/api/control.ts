/** The control socket of a running engine, which only its owner may open, and the probes that both doors answer. */
import { chmodSync, existsSync, unlinkSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { EngineHandle } from '../engine/handle.ts';
import { AppError } from '../kit/errors.ts';
import { renderMetrics } from './metrics.ts';
import type { ModelsDesk } from './ports.ts';

const MAX_BODY = 64 * 1024;
const HEALTH = { green: 'ok', yellow: 'degraded', red: 'failing' } as const;

/** An open door. */
export interface ControlServer {
  /** `host:port` or the socket's path. */
  readonly address: string;
  close(): Promise<void>;
}

/** Writes down what somebody did through the socket. */
export type ControlNote = (who: string, action: string, target: string, detail: string, ok: boolean) => void;

/** Opens the control socket (mode 0600); `signIn` makes a one-time link. A socket left by a dead process is replaced, a living one refused. */
export async function listenControl(
  engine: EngineHandle,
  path: string,
  signIn: () => string | null,
  note: ControlNote,
  models: Pick<ModelsDesk, 'state' | 'setNormal'> | null = null,
): Promise<ControlServer> {
  await refuseSecond(path);
  if (existsSync(path)) unlinkSync(path);
  const server = createServer((req, res) => {
    if (answerProbes(engine, req, res)) return;
    if (req.method === 'GET' && req.url === '/status') return send(res, 200, engine.status());
    if (req.method === 'GET' && req.url?.startsWith('/protection/'))
      return send(res, 200, {
        protection: engine.protection(decodeURIComponent(req.url.slice('/protection/'.length))),
      });
    // Only the owner of the socket gets here; the name is the owner's own word for who sits there.
    const named = String(req.headers['x-bekci-user'] ?? '');
    const by = (action: string, target = '', detail = '', ok = true): void =>
      note(
        `cli:${named.replace(/[^\w.@-]/g, '').slice(0, 64)}`,
        action,
        target.slice(0, 300),
        detail.slice(0, 500),
        ok,
      );
    if (req.method === 'POST' && req.url === '/link') {
      by('link.make');
      return send(res, 200, { url: signIn() });
    }
    if (req.method === 'GET' && req.url === '/models' && models !== null) return send(res, 200, models.state());
    const answered =
      req.method === 'POST' && req.url === '/models/normal' && models !== null
        ? answerNormal(models, req, res, by)
        : answerWrites(engine, req, res, by);
    answered.catch((error: unknown) => {
      send(res, 400, { title: error instanceof Error ? error.message : String(error) });
    });
  });
  const opened = await listen(server, { path }, path);
  chmodSync(path, 0o600);
  return opened;
}

/** Throws API_ALREADY_RUNNING when a living bekci answers on the socket: two would judge the same lines and move the same bans. */
export async function refuseSecond(path: string): Promise<void> {
  if (!existsSync(path) || !(await answers(path))) return;
  throw new AppError('API_ALREADY_RUNNING', {
    message: `another bekci answers on ${path}`,
    hint: 'stop it first (`systemctl stop bekci`), or give this one its own `state_dir`',
  });
}

/** Answers `/health` and `/metrics`; false for anything else. */
export function answerProbes(engine: EngineHandle, req: IncomingMessage, res: ServerResponse): boolean {
  const path = (req.url ?? '').split('?', 1)[0];
  if (req.method !== 'GET') return false;
  if (path === '/health') {
    const status = engine.status();
    const colour = !status.healthy ? 'red' : status.warnings.length > 0 ? 'yellow' : 'green';
    send(res, status.healthy ? 200 : 503, {
      status: HEALTH[colour],
      colour,
      mode: status.mode,
      problems: status.problems,
      warnings: status.warnings,
      canary: status.canary,
    });
  } else if (path === '/metrics') {
    res
      .writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
      .end(renderMetrics(engine.status()));
  } else {
    return false;
  }
  return true;
}

async function answerWrites(
  engine: EngineHandle,
  req: IncomingMessage,
  res: ServerResponse,
  note: (action: string, target?: string, detail?: string, ok?: boolean) => void,
): Promise<void> {
  const path = req.url ?? '';
  if (req.method === 'GET' && path.startsWith('/dropped/'))
    return send(res, 200, { packets: await engine.droppedOf(decodeURIComponent(path.slice('/dropped/'.length))) });
  if (req.method === 'POST' && path === '/decisions') {
    const { ip, seconds, reason } = JSON.parse(await readBody(req)) as Record<string, unknown>;
    if (typeof ip !== 'string' || typeof seconds !== 'number' || !(seconds > 0)) {
      return send(res, 400, { title: 'ip (text) and seconds (a positive number) are needed' });
    }
    const answer = engine.ban(ip, seconds, typeof reason === 'string' ? reason : '');
    const said = answer.ok ? reason : `refused: ${answer.code}`;
    note('decisions.add', answer.ok ? answer.decision.ip : ip, `${seconds} s; ${said}`, answer.ok);
    return send(res, answer.ok ? 201 : 409, answer);
  }
  if (req.method === 'DELETE' && path.startsWith('/decisions/')) {
    const ip = decodeURIComponent(path.slice('/decisions/'.length));
    const lifted = engine.unban(ip);
    note('decisions.delete', ip, `${lifted} lifted`, lifted > 0);
    return send(res, 200, { lifted });
  }
  if (req.method === 'POST' && path === '/confirm') {
    const confirmed = engine.confirm();
    note('confirm', '', '', confirmed);
    return send(res, 200, { confirmed });
  }
  if (req.method === 'POST' && path === '/panic') {
    const lifted = await engine.panic();
    note('panic', '', `${lifted} lifted; observing from now on`);
    return send(res, 200, { lifted });
  }
  send(res, 404, { title: 'not found' });
}

async function answerNormal(
  models: Pick<ModelsDesk, 'setNormal'>,
  req: IncomingMessage,
  res: ServerResponse,
  by: (action: string, target: string, detail: string, ok: boolean) => void,
): Promise<void> {
  const { entity, normal } = JSON.parse(await readBody(req)) as Record<string, unknown>;
  if (typeof entity !== 'string' || entity === '' || entity.length > 300 || typeof normal !== 'boolean')
    return send(res, 400, { title: 'entity (text) and normal (true or false) are needed' });
  const done = models.setNormal(entity, normal);
  by('model.normal', entity, normal ? 'normal here' : 'no longer normal here', done);
  send(res, done ? 200 : 409, { entity, normal });
}

async function readBody(req: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of req as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY) throw new Error('the request is too large');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function send(res: ServerResponse, status: number, body: unknown): void {
  if (res.headersSent) return;
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  res.end(`${JSON.stringify(body)}\n`);
}

/** Refuses a request before anything is loaded. */
export function refuseProbe(res: ServerResponse, title: string): void {
  send(res, 421, { title, code: 'API_HOST', status: 421 });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = request({ socketPath: path, path: '/health', timeout: 2000 }, (res) => {
      res.resume();
      resolve(true);
    });
    probe.on('error', () => resolve(false));
    probe.on('timeout', () => {
      probe.destroy();
      resolve(true);
    });
    probe.end();
  });
}

/** Opens a server. Throws API_LISTEN with a hint when the place is taken. */
export function listen(
  server: Server,
  where: { host: string; port: number } | { path: string },
  address: string,
  maxConnections = 64,
): Promise<ControlServer> {
  server.requestTimeout = 10_000;
  server.maxConnections = maxConnections;
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE';
      reject(
        new AppError('API_LISTEN', {
          message: `cannot listen on ${address}: ${taken ? 'the port is in use' : cause.message}`,
          hint: 'set `http.listen` to a free port, or `http.enabled: false`',
          cause,
        }),
      );
    });
    server.listen(where, () => {
      const bound = server.address();
      const shown = typeof bound === 'object' && bound !== null ? address.replace(/:0$/, `:${bound.port}`) : address;
      resolve({
        address: shown,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeAllConnections();
          }),
      });
    });
  });
}
