/** `bekci run` and `bekci demo`: the daemon in the foreground. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../config/load.ts';
import { type Config, configSchema } from '../config/schema.ts';
import { type Daemon, hasLogs, startDaemon } from '../daemon.ts';
import { writeDemo } from '../demo/feed.ts';
import { restrictedTo } from '../detectors/fail2ban/log-paths.ts';
import { describeError, onOneLine } from '../kit/errors.ts';
import type { Log } from '../kit/log.ts';
import { type Language, t } from '../kit/messages/messages.ts';
import { createServiceNotify } from '../kit/service-notify.ts';
import { escapeControls } from '../kit/text.ts';
import type { Refusal } from '../model/decision.ts';
import type { StoredDetection } from '../model/detection.ts';
import type { DecisionRecord } from '../store/store.ts';
import { createLiveView } from './live-view.ts';
import { restrainHeap, shedMemory } from './shed-memory.ts';
import { wholeNumber } from './whole-number.ts';

/** How often memory is looked after. */
const TEND_MS = 4000;
/** Less than this waits now and then in a steady stream too. */
const BACKLOG_BYTES = 1_048_576;
/** So many sources are named one by one at the start. */
const MOST_SOURCES = 20;

interface RunOptions {
  readonly config?: string;
  readonly enforce?: boolean;
  readonly file?: string[];
  readonly onBlock?: string;
  readonly stateDir?: string;
  readonly fromStart?: boolean;
  readonly json?: boolean;
}

/** Watches until SIGINT or SIGTERM. Without logs to read it shows the demonstration. */
export async function run(options: RunOptions): Promise<void> {
  const { config: loaded, path } = loadConfig(options.config ?? null);
  const config = withOptions(loaded, options);
  if (path === null && config.sources === 'auto' && !hasLogs()) {
    console.error(t(config.language, 'demo.label'));
    return demo({ lines: '1000000', json: options.json === true }, config);
  }
  const reread = (): Config => withOptions(loadConfig(options.config ?? null).config, options);
  await watch(config, options.json === true, null, { reread, path });
}

function withOptions(config: Config, options: RunOptions): Config {
  const from = options.fromStart === true ? 'start' : 'end';
  return {
    ...config,
    ...(options.enforce === true ? { mode: 'enforce' as const } : {}),
    ...(options.stateDir === undefined ? {} : { state_dir: options.stateDir }),
    ...(options.file === undefined
      ? {}
      : {
          sources: options.file.map((path) => ({ type: 'file' as const, path, from: from as 'start' | 'end' })),
          fail2ban: restrictedTo(config.fail2ban, options.file),
        }),
    ...(options.onBlock === undefined
      ? {}
      : {
          responders: [
            { type: 'command' as const, name: 'on-block', add: [options.onBlock, '{ip}', '{seconds}'], timeout: 20 },
          ],
        }),
  };
}

/** Replays the made-up day into a scratch log and watches it. */
export async function demo(options: { readonly lines: string; readonly json?: boolean }, base?: Config): Promise<void> {
  const lines = wholeNumber('lines', options.lines);
  const folder = mkdtempSync(join(tmpdir(), 'bekci-demo-'));
  const log = join(folder, 'demo.log');
  const config: Config = {
    ...(base ?? configSchema.parse({ http: { listen: '127.0.0.1:0' } })),
    mode: 'observe',
    state_dir: folder,
    sources: [{ type: 'file', path: log, from: 'start' }],
    fail2ban: { config: '', jails: {} },
    responders: [],
    notifiers: [],
  };
  const stopFeed = new AbortController();
  const feed = writeDemo(log, lines, stopFeed.signal);
  try {
    await watch(config, options.json === true, t(config.language, 'demo.label'), { until: feed });
  } finally {
    stopFeed.abort();
    await feed;
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Watching {
  readonly until?: Promise<void>;
  /** The configuration as it stands on disk now. */
  readonly reread?: () => Config;
  /** Where it stands. */
  readonly path?: string | null;
}

async function watch(
  config: Config,
  json: boolean,
  banner: string | null,
  { until, reread, path = null }: Watching = {},
): Promise<void> {
  const view = process.stdout.isTTY === true && !json ? createLiveView(config.language, banner) : null;
  const log = view?.log ?? plainLog(json);
  if (view === null && banner !== null) log('info', banner);
  restrainHeap();
  const daemon = await startDaemon({
    config,
    configPath: path,
    demonstration: banner !== null,
    log,
    onDetection: (detection, decision, refusal) => tell(log, detection, decision, refusal),
  });
  view?.start(daemon.handle);
  // It may have been disarmed before a crash.
  const { mode } = daemon.handle.status();
  log('info', t(config.language, `mode.${mode}`), {
    state: daemon.stateDir,
    ...(daemon.http === null ? {} : { http: daemon.http }),
  });
  if (view === null) tellSources(daemon, config.language, log);
  const manager = createServiceNotify(process.env, log);
  await manager.ready(t(config.language, `mode.${mode}`));
  // `bekci open` asks the daemon of the usual state folder, which a demonstration is not.
  if (daemon.room !== null) tellTheWay(daemon.room, { ...config, isDemo: banner !== null }, log);
  tendMemory(daemon);
  process.on('SIGHUP', () => reloadRules(daemon, reread ?? (() => config), log));
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
    void daemon.done.then(resolve, resolve);
    void until?.then(() => setTimeout(resolve, 3000));
  });
  view?.stop();
  await manager.stopping();
  await stop(daemon, log);
}

/** SIGHUP: rules and what the configuration says of them are read again. A fault in either leaves all as it was. */
function reloadRules(daemon: Daemon, reread: () => Config, log: Log): void {
  try {
    daemon.reloadRules(reread());
  } catch (error) {
    log('error', 'the rules stay as they were', { error: describeError(error) });
  }
}

/** Sheds memory whenever a backlog has been read. */
function tendMemory(daemon: Daemon): void {
  let isCalm = false;
  const timer = setInterval(() => {
    const isBusy = daemon.handle.status().sources.some((source) => source.lag > BACKLOG_BYTES);
    if (isBusy && isCalm) restrainHeap();
    else if (!isBusy && !isCalm) shedMemory();
    isCalm = !isBusy;
  }, TEND_MS);
  timer.unref();
}

/** Without a view nobody would see what is read. */
function tellSources({ handle, stateDir }: Daemon, language: Language, log: Log): void {
  const own = `file:${join(stateDir, 'access.log')}`;
  const sources = handle.status().sources.filter(({ id }) => id !== own);
  for (const { id, state, problem } of sources.slice(0, MOST_SOURCES))
    log(state === 'lost' ? 'error' : state === 'waiting' ? 'warn' : 'info', t(language, `run.${state}`, { id }), {
      ...(problem === null ? {} : { problem }),
    });
  if (sources.length > MOST_SOURCES) log('info', t(language, 'run.more', { count: sources.length - MOST_SOURCES }));
}

/** A link is a key: it is shown to a person at a terminal, never written where logs go. */
function tellTheWay(
  room: NonNullable<Daemon['room']>,
  { language, isDemo }: Pick<Config, 'language'> & { readonly isDemo: boolean },
  log: Log,
): void {
  if (isDemo || (room.isFirstRun && process.stderr.isTTY === true))
    log('info', t(language, 'open.link', { url: room.signIn() }));
  else log('info', t(language, 'open.first', { url: room.url }));
}

async function stop(daemon: Daemon, log: Log): Promise<void> {
  log('info', 'stopping');
  await daemon.stop();
}

function tell(log: Log, detection: StoredDetection, decision: DecisionRecord | null, refusal: Refusal | null): void {
  const done =
    decision !== null
      ? { ban: decision.ip, seconds: decision.seconds, state: decision.state }
      : refusal !== null && refusal.code !== 'active'
        ? { refused: refusal.code }
        : {};
  log('warn', detection.rule.title, {
    level: detection.rule.level,
    ...detection.entity,
    events: detection.events,
    ...done,
  });
}

function plainLog(json: boolean): Log {
  return (level, message, fields = {}) => {
    const at = new Date().toISOString();
    if (json) console.error(JSON.stringify({ at, level, message, ...fields }));
    else
      console.error(
        `${at} ${level.padEnd(5)} ${escapeControls(onOneLine(message))}${Object.entries(fields)
          .map(
            ([key, value]) =>
              ` ${key}=${escapeControls(typeof value === 'string' ? onOneLine(value) : JSON.stringify(value))}`,
          )
          .join('')}`,
      );
  };
}
