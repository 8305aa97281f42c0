/** The watch room: the API over a running daemon, its upkeep, and the way in. */
import { appendFileSync, renameSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createLink } from './api/auth/access.ts';
import type { ControlServer } from './api/control.ts';
import type { ApiParts } from './api/ports.ts';
import { listenPublic } from './api/serve.ts';
import type { Config } from './config/schema.ts';
import type { Feeds } from './detectors/intel/feeds.ts';
import type { EngineHandle } from './engine/handle.ts';
import type { Atlas } from './geo/atlas.ts';
import { describeError } from './kit/errors.ts';
import type { Log } from './kit/log.ts';
import { t } from './kit/messages/messages.ts';
import type { SourceRef } from './model/line.ts';
import { createModelsDesk } from './models-desk.ts';
import type { Pipeline } from './pipeline.ts';
import { createBench, ownRulesFolder } from './rule-bench.ts';
import { createSearchDesk } from './search-desk.ts';
import { createSettingsDesk } from './settings-desk.ts';
import { createTail } from './sources/file/tail.ts';
import type { Source, SourceContext } from './sources/source.ts';
import type { ApiStore } from './store/api-store.ts';
import { createIntelDesk, createLogsDesk, createRulesDesk, type PageAllowlist } from './watch-desks.ts';

const LINES_EVERY_MS = 10_000;
const PRUNE_EVERY_MS = 3_600_000;
/** How often a page that could not be opened is tried again. */
const REOPEN_MS = 30_000;
/** Size at which the log of failed sign-ins begins anew; the one before is kept. */
const MAX_ACCESS_LOG = 4 * 1024 * 1024;
const WEB_ROOT = join(import.meta.dirname, '..', 'web', 'dist');

/** What the room is opened over. */
export interface RoomParts {
  readonly demonstration: boolean;
  readonly config: Config;
  /** The file it was read from, or null. */
  readonly configPath: string | null;
  readonly handle: EngineHandle;
  readonly api: ApiStore;
  readonly pipeline: Pipeline;
  readonly feeds: Feeds;
  readonly atlas: Atlas;
  readonly sources: readonly SourceRef[];
  readonly allow: PageAllowlist;
  readonly stateDir: string;
  readonly log: Log;
  readonly now: () => number;
}

/** The log of failed sign-ins at our own door, read like any service's. */
export function accessLogSource(stateDir: string, context: SourceContext): Source {
  const path = accessLogPath(stateDir);
  // It is there from the start: a source that waits looks like one that is missed.
  appendFileSync(path, '', { mode: 0o640 });
  return createTail({ path, program: null, timezone: 'UTC', from: 'start' }, context);
}

function accessLogPath(stateDir: string): string {
  return join(stateDir, 'access.log');
}

/** The dashboard's door. */
export interface WatchRoom {
  /** Null while it could not be opened; it is tried again. */
  readonly server: ControlServer | null;
  /** Why it could not be opened, or null. */
  readonly problem: string | null;
  close(): Promise<void>;
}

/** Opens the HTTP door. A taken port is said, lived with and tried again: watching logs matters more than the page about it. */
export async function openWatchRoom(room: RoomParts): Promise<WatchRoom> {
  const { config, log } = room;
  // Rules that the settings change run from now on; everything else waits for the next start.
  let rules = config;
  const reload = (next: Config): void => {
    room.pipeline.reloadRules(next);
    rules = next;
    log('info', 'rules were loaded anew');
  };
  const zone = config.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const parts: ApiParts = {
    demonstration: room.demonstration,
    engine: room.handle,
    api: room.api,
    rules: createRulesDesk(room.pipeline, config),
    logs: createLogsDesk(room.pipeline, room.sources, zone, room.now),
    intel: createIntelDesk(room.feeds, config.intel),
    atlas: room.atlas,
    search: createSearchDesk(room.sources, config),
    settings: createSettingsDesk(room.configPath, config, room.stateDir, {
      log,
      now: room.now,
      reloadRules: (next) => reload({ ...config, rules: next }),
    }),
    bench: createBench(room.sources, () => rules, ownRulesFolder(room.stateDir), {
      now: room.now,
      reload,
      inUse: () => room.pipeline.rules,
    }),
    models: createModelsDesk(room.pipeline.anomaly),
    guard: { configured: config.decisions.allowlist, changed: () => room.allow.changed() },
    http: {
      listen: config.http.listen,
      hosts: config.http.hosts,
      publicUrl: config.http.public_url ?? null,
      proxies: config.http.trusted_proxies,
      tls: config.http.tls ?? null,
      sessionSeconds: config.http.session,
      language: config.language,
      webRoot: WEB_ROOT,
    },
    log,
    now: room.now,
    loginFailed: (user, address, why) => writeAccessLog(room, user, address, why),
  };
  const state = { server: null as ControlServer | null, problem: null as string | null, isClosed: false };
  async function open(): Promise<void> {
    try {
      const server = await listenPublic(parts);
      if (state.isClosed) return server.close();
      if (state.problem !== null)
        log('info', t(config.language, 'open.first', { url: pageUrl(server.address, config.http) }));
      Object.assign(state, { server, problem: null });
      clearInterval(again);
      tellIfOpen(config, server.address, log);
    } catch (error) {
      if (state.problem === null) log('error', describeError(error));
      state.problem = error instanceof Error ? error.message : String(error);
    }
  }
  const again = setInterval(() => void open(), REOPEN_MS);
  again.unref();
  await open();
  return {
    get server() {
      return state.server;
    },
    get problem() {
      return state.problem;
    },
    async close() {
      state.isClosed = true;
      clearInterval(again);
      await state.server?.close();
    },
  };
}

/** Passwords over the network in the clear are said; a trusted proxy may bring TLS. */
function tellIfOpen({ http, language }: Config, address: string, log: Log): void {
  const isLoopback = /^(?:127\.|localhost:|\[::1\]:)/.test(address);
  if (!isLoopback && http.tls === undefined && http.trusted_proxies.length === 0)
    log('warn', t(language, 'run.open', { address }));
}

/** One syslog line (RFC 5424 stamp, traditional head). The address stands before anything the visitor wrote. */
function writeAccessLog({ stateDir, log, now }: RoomParts, user: string, address: string, why: string): void {
  const path = accessLogPath(stateDir);
  const head = `${new Date(now()).toISOString()} ${hostname()} bekci[${process.pid}]:`;
  try {
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MAX_ACCESS_LOG) renameSync(path, `${path}.1`);
    appendFileSync(path, `${head} sign-in failed from ${address}: ${why}, user ${JSON.stringify(user)}\n`, {
      mode: 0o640,
    });
  } catch (error) {
    log('warn', 'a failed sign-in could not be noted', { error: describeError(error) });
  }
}

/** Notes how many lines were read for the timeline, and forgets what is old. Ends with `stop`. */
export function keepFigures(parts: Pick<ApiParts, 'api' | 'engine' | 'now' | 'log'>, keepMs: number): { stop(): void } {
  const before = { lines: 0, decoded: 0 };
  const surely = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      parts.log('warn', 'figures of the dashboard are not kept', { error: describeError(error) });
    }
  };
  const count = (): void => {
    const { lines, decoded } = parts.engine.status();
    if (lines === before.lines) return;
    parts.api.addLines(parts.now(), lines - before.lines, decoded - before.decoded);
    Object.assign(before, { lines, decoded });
  };
  const counting = setInterval(() => surely(count), LINES_EVERY_MS);
  const pruning = setInterval(() => surely(() => parts.api.prune(parts.now() - keepMs)), PRUNE_EVERY_MS);
  return {
    stop() {
      clearInterval(counting);
      clearInterval(pruning);
      surely(count);
    },
  };
}

/** A link that signs in once, for whoever may use the control socket. */
export function signInUrl(store: ApiStore, listen: string, http: Config['http'], now: number): string {
  return `${pageUrl(listen, http)}/#link=${createLink(store, now)}`;
}

/** Where the page is: as configured, or else where it is served; listening everywhere is told as loopback. */
export function pageUrl(listen: string, { public_url, tls }: Config['http']): string {
  if (public_url !== undefined) return new URL(public_url).origin;
  const scheme = tls === undefined ? 'http' : 'https';
  return `${scheme}://${listen.replace(/^(?:0\.0\.0\.0|\*):/, '127.0.0.1:').replace(/^\[::\]:/, '[::1]:')}`;
}

/** True while nobody ever signed in: then `bekci run` shows the way. */
export function isFirstRun(store: ApiStore, handle: Pick<EngineHandle, 'status'>): boolean {
  return store.users().length === 0 && store.sessions(null, handle.status().now).length === 0;
}
