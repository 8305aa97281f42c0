/** The composition root: every part is made here, handed to the engine, and closed again. */
import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listenControl, refuseSecond } from './api/control.ts';
import type { Config } from './config/schema.ts';
import { openAsnShield } from './decisions/asn-database.ts';
import { createNamedAllowlist, systemResolve } from './decisions/named-allowlist.ts';
import { allowlisted, systemProtected, trustedProxies } from './decisions/protected.ts';
import { createFeeds } from './detectors/intel/feeds.ts';
import { createDoor } from './engine/accept-decision.ts';
import { createAlertOutbox } from './engine/alert-outbox.ts';
import { createArming } from './engine/arming.ts';
import { createDeadMan } from './engine/dead-man.ts';
import { createEnforcer } from './engine/enforcer.ts';
import { createEngine, type Engine, type Grouping } from './engine/engine.ts';
import { createGrouping } from './engine/grouping.ts';
import type { EngineHandle } from './engine/handle.ts';
import { createHandle } from './engine/make-handle.ts';
import { createPatientStore } from './engine/patient-store.ts';
import { replaceNarrower } from './engine/replace-narrower.ts';
import { createAtlas } from './geo/atlas.ts';
import { openCanary, openGuard } from './guard-room.ts';
import { describeError } from './kit/errors.ts';
import type { Log } from './kit/log.ts';
import { t } from './kit/messages/messages.ts';
import { mainEntity } from './model/detection.ts';
import { createModelsDesk } from './models-desk.ts';
import { createAuditNote, noteStart } from './note-start.ts';
import { createNotifier } from './notifiers/all.ts';
import { buildPipeline, type Pipeline } from './pipeline.ts';
import { createResponder, responderSettings } from './responders/all.ts';
import { ownRulesFolder } from './rule-bench.ts';
import { discoverContainers, discoverSources, missesLogins } from './sources/discover.ts';
import { jailSources, newSources, sourcesOf } from './sources-in-use.ts';
import { stateDirOf } from './state-dir.ts';
import type { ApiStore } from './store/api-store.ts';
import { openApiStore } from './store/sqlite/api/api-store.ts';
import { openStore } from './store/sqlite/sqlite-store.ts';
import type { Store } from './store/store.ts';
import { learnHistory, type TrainFile } from './train.ts';
import { createPageAllowlist } from './watch-desks.ts';
import {
  accessLogSource,
  isFirstRun,
  keepFigures,
  openWatchRoom,
  pageUrl,
  signInUrl,
  type WatchRoom,
} from './watch-room.ts';

/** How often lists and feeds are looked at; each feed has its own interval. */
const FEED_CHECK_MS = 60_000;
/** How often MMDB files are looked at: updaters replace them every few days. */
const ATLAS_CHECK_MS = 3_600_000;
/** How often allowlisted names are asked for. */
const NAMES_EVERY_MS = 300_000;

/** How often a machine that nobody configured is looked over for logs that came since. */
const FIND_EVERY_MS = 30_000;
/** So long the start waits for the firewall to say what it holds, and no longer. */
const RESTORE_HEAD_START_MS = 500;

/** How a daemon is started. */
export interface DaemonOptions {
  readonly config: Config;
  /** The file it was read from, if any: the dashboard's settings. */
  readonly configPath?: string | null;
  /** What is watched is made up. */
  readonly demonstration?: boolean;
  readonly log: Log;
  onDetection?: Parameters<typeof createEngine>[0]['onDetection'];
}

/** A running daemon. */
export interface Daemon {
  readonly handle: EngineHandle;
  /** Where the dashboard, /health and /metrics are served, or null. */
  readonly http: string | null;
  /** The page's address; a link that signs in once, made anew each time; whether anybody ever signed in. */
  readonly room: { readonly url: string; signIn(): string; readonly isFirstRun: boolean } | null;
  readonly stateDir: string;
  /** Uses the rules of this configuration from now on; windows of rules that stay are kept. False, and said, when they cannot be read. */
  reloadRules(config: Config): boolean;
  /** Ends when it has stopped. */
  readonly done: Promise<void>;
  stop(): Promise<void>;
}

/** The version in package.json. */
export const VERSION: string = (
  JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')) as { version: string }
).version;

/** The files that a first start may learn from. */
export function historyOf(config: Config): TrainFile[] {
  const files: TrainFile[] =
    config.sources === 'auto'
      ? discoverSources().flatMap((each) =>
          each.path === null || each.problem !== null ? [] : [{ path: each.path, program: each.program }],
        )
      : config.sources.flatMap((each) =>
          // What is read from its beginning is learned while it is read.
          each.type === 'file' && each.from === 'end'
            ? [{ path: each.path, program: each.program ?? null, timezone: each.timezone ?? null }]
            : [],
        );
  return files.filter(({ path }) => existsSync(path));
}

/** Starts everything. Throws AppError when the store or a setting stops it; a failing responder or notifier does not. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { config, log } = options;
  const now = Date.now;
  const startedAt = now();
  const stateDir = stateDirOf(config);
  // Before anything is opened: learning from the logs may take minutes, and the firewall is touched first of all.
  await refuseSecond(join(stateDir, 'bekci.sock'));
  const store = createPatientStore(openStore(join(stateDir, 'bekci.db')), log);
  const api = openApiStore(join(stateDir, 'bekci.db'));
  const arming = createArming({ wanted: config.mode, store, now, log });
  const { mode } = arming;
  const active = [...store.activeDecisions(now())];
  const applied = deferred<string>();
  const { responders, enforcer } = enforcing(config, store, log, applied.tell);
  // What was in force before is so again while the rest is still being made; a firewall that is slow to answer holds nothing up.
  if (mode() === 'enforce') {
    const restored = enforcer.reconcile(active.filter((decision) => decision.state !== 'observed'));
    await Promise.race([restored, sleep(RESTORE_HEAD_START_MS, undefined, { ref: false })]);
  }
  const { sources, problems } = sourcesOf(config, { log, now });
  sources.push(...jailSources(config, sources, { log, now }));
  const own = config.http.enabled ? [accessLogSource(stateDir, { log, now })] : [];
  sources.push(...own);
  for (const problem of problems) log('warn', 'a log cannot be read', { problem });
  if (config.sources === 'auto' && missesLogins()) log('warn', t(config.language, 'run.noLogins'));
  await learnHistory(historyOf(config), config, store, log).catch((error) =>
    log('warn', 'could not learn from the logs on disk', { error: describeError(error) }),
  );
  const feeds = createFeeds(config.intel, join(stateDir, 'intel'), log, now);
  feeds.load();
  const atlas = createAtlas(config.geo.databases, join(stateDir, 'geo'), now);
  await atlas.ready();
  const pipeline = buildPipeline(config, {
    persist: true,
    feeds,
    countryOf: (ip) => atlas.of(ip).country,
    canary: config.canary.enabled,
    rulePaths: [ownRulesFolder(stateDir)],
  });
  pipeline.anomaly?.workInThread(log);
  for (const problem of pipeline.jailProblems) log('error', 'a fail2ban jail does not run as it is', { problem });
  tellRules(pipeline, log);

  const timezone = config.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const notifiers = config.notifiers.map((setting) => ({
    setting,
    notifier: createNotifier(setting, { log, now, language: config.language, timezone }),
  }));
  if (mode() === 'enforce')
    for (const responder of responders)
      await warnIfBroken(responder.id, () => responder.check(AbortSignal.timeout(10_000)), log);

  const outbox = createAlertOutbox({ notifiers: notifiers.map((each) => each.notifier), store, log, now });
  const named = createNamedAllowlist(config.decisions.allowlist, systemResolve(), log);
  const asns = await openAsnShield(config.decisions.allowlist, config.decisions.asn_database, log);
  const allow = createPageAllowlist(api, now);
  const door = createDoor({
    settings: config.decisions,
    allowlist: [...allowlisted(config.decisions.allowlist), ...trustedProxies(config.decisions.trusted_proxies)],
    shield: (network) => allow.protects(network) ?? asns?.protects(network) ?? null,
    systemProtected: () => [...named.current(), ...systemProtected()],
    priorBans: (ip, since) => store.priorBans(ip, since),
    active,
    mode,
    now,
    log,
    live: true,
  });
  active.length = 0;
  applied.listen((ip) => replaceNarrower(ip, { door, store, enforcer }));
  const nest = openCanary(config, stateDir, { log, now }, { enforcer: () => enforcer, mode });
  const engine: Engine = createEngine({
    sources: nest === null ? sources : [...sources, nest.source],
    ...(nest === null ? {} : { canary: nest.canary }),
    store,
    enforcer,
    outbox,
    door,
    log,
    now,
    steady: () => performance.now(),
    decoderOf: pipeline.decoderOf,
    detector: pipeline.detector,
    keepMs: config.keep * 1000,
    grouping: unlessMuted(
      api,
      createGrouping({
        waitMs: config.alerts.wait * 1000,
        quietMs: config.alerts.quiet * 1000,
        maxEntities: 10_000,
        notifiers: notifiers.map(({ setting, notifier }) => ({ id: notifier.id, minLevel: setting.min_level })),
        host: hostname(),
        now,
      }),
    ),
    ...(options.onDetection === undefined ? {} : { onDetection: options.onDetection }),
  });
  const handle = createHandle({
    engine,
    store,
    door,
    enforcer,
    outbox,
    sources,
    now,
    version: VERSION,
    language: config.language,
    canary: () => nest?.canary.status() ?? null,
    alarms: () => guard.alarms(),
    detectorStats: () => pipeline.detector.stats(),
    arming,
    trialLeft: () => deadMan.left,
    pageProblem: () => page?.problem ?? null,
    confirm: () => deadMan.confirm(),
  });

  const guard = openGuard({
    ...{ config, handle, store, outbox, notifiers, log, now },
    sources,
    own: own.map((source) => source.ref.id),
  });

  const deadMan = createDeadMan({
    seconds: mode() === 'enforce' ? config.decisions.confirm_within : 0,
    steady: () => performance.now(),
    log,
    async disarm() {
      const lifted = await handle.panic('trial');
      audit('dead-man', 'panic', '', `not confirmed in time; ${lifted} lifted; observing from now on`, true);
    },
  });
  let page: WatchRoom | null = null;
  const signIn = (): string | null => {
    const server = page?.server ?? null;
    return server === null ? null : signInUrl(api, server.address, config.http, now());
  };
  const models = createModelsDesk(pipeline.anomaly);
  const audit = createAuditNote(api, log, now);
  const control = await listenControl(handle, join(stateDir, 'bekci.sock'), signIn, audit, models);
  try {
    noteStart({ config, pipeline, store, api, version: VERSION, now: now() });
  } catch (error) {
    log('error', 'what changed since the last start could not be noted', { error: describeError(error) });
  }
  const refs = sources.map((source) => source.ref);
  const configPath = options.configPath ?? null;
  if (config.http.enabled)
    page = await openWatchRoom({
      demonstration: options.demonstration ?? false,
      config,
      configPath,
      handle,
      api,
      pipeline,
      feeds,
      atlas,
      sources: refs,
      allow,
      stateDir,
      log,
      now,
    });
  const figures = keepFigures({ api, engine: handle, now, log }, config.keep * 1000);

  const findNew = (): void => {
    for (const source of newSources(sources, startedAt, { log, now })) {
      sources.push(source);
      refs.push(source.ref);
      engine.add(source);
      log('info', t(config.language, 'run.found', { id: source.ref.id }));
    }
  };
  const stopping = new AbortController();
  stopping.signal.addEventListener('abort', () => pipeline.anomaly?.keepRunning());
  const refreshing = setInterval(() => void feeds.refresh(stopping.signal), FEED_CHECK_MS);
  void feeds.refresh(stopping.signal);
  const mapping = setInterval(() => void atlas.ready(), ATLAS_CHECK_MS);
  const finding = setInterval(() => config.sources === 'auto' && findNew(), FIND_EVERY_MS);
  const trial = setInterval(() => void deadMan.tick(), 1000);
  const naming = setInterval(() => {
    void named.refresh();
    void asns?.refresh();
  }, NAMES_EVERY_MS);
  void named.refresh();
  if (config.alarms.enabled) guard.start();
  void nest?.canary.run(stopping.signal);
  const done = engine.run(stopping.signal).finally(async () => {
    clearInterval(refreshing);
    clearInterval(mapping);
    clearInterval(naming);
    clearInterval(trial);
    clearInterval(finding);
    guard.stop();
    await pipeline.anomaly?.stop();
    figures.stop();
    await page?.close();
    await control.close();
    await enforcer.close();
    await outbox.close();
    arming.stopped();
    audit('system', 'daemon.stop', VERSION, '', true);
    api.close();
    store.close();
  });
  const http = page?.server ?? null;
  return {
    handle,
    stateDir,
    done,
    reloadRules(next) {
      try {
        pipeline.reloadRules(next);
      } catch (error) {
        log('error', 'the rules stay as they were', { error: describeError(error) });
        return false;
      }
      tellRules(pipeline, log);
      log('info', 'rules were loaded anew', {
        rules: pipeline.rules.rules.length,
        correlations: pipeline.rules.correlations.length,
      });
      return true;
    },
    http: http?.address ?? null,
    room:
      http === null
        ? null
        : {
            url: pageUrl(http.address, config.http),
            signIn: () => signIn() ?? '',
            isFirstRun: isFirstRun(api, handle),
          },
    async stop() {
      // Asked for while the engine still runs: its last commit keeps what comes.
      await pipeline.anomaly?.keepDeep();
      stopping.abort();
      await done;
    },
  };
}

/** What of the rules does not work as somebody may think. */
function tellRules({ ruleErrors, idleChanges }: Pipeline, log: Log): void {
  for (const error of ruleErrors) log('error', 'a rule was left out', { error: describeError(error) });
  for (const idle of idleChanges) log('warn', 'a change of rules does nothing', { problem: describeError(idle) });
}

/** The firewall's end: bans come into force by it as soon as it is made. */
function enforcing(config: Config, store: Store, log: Log, onApplied: (ip: string) => void) {
  const now = Date.now;
  const chosen =
    config.responders.length > 0 || config.mode === 'observe'
      ? config.responders
      : [responderSettings.parse({ type: 'nftables' })];
  const responders = chosen.map((setting) => createResponder(setting, { log, now }));
  return { responders, enforcer: createEnforcer({ responders, store, log, now, onApplied }) };
}

/** Keeps what is told until somebody listens. */
function deferred<Item>() {
  let listener: ((item: Item) => void) | null = null;
  const early: Item[] = [];
  return {
    tell(item: Item): void {
      if (listener === null) early.push(item);
      else listener(item);
    },
    listen(by: (item: Item) => void): void {
      listener = by;
      for (const item of early.splice(0)) by(item);
    },
  };
}

/** Detections that a person muted or called normal are kept, but nobody is woken. */
function unlessMuted(api: Pick<ApiStore, 'isMuted'>, grouping: Grouping): Grouping {
  return {
    ...grouping,
    add(detection, decision, refusal) {
      const entity = mainEntity(detection.entity);
      if (!api.isMuted(entity, detection.rule.id, detection.at)) grouping.add(detection, decision, refusal);
    },
  };
}

async function warnIfBroken(id: string, check: () => Promise<Error | null>, log: Log): Promise<void> {
  const error = await check();
  if (error !== null)
    log('error', 'a responder cannot work: bans will wait until it can', {
      responder: id,
      error: describeError(error),
    });
}

/** True when some log of this machine can be read. */
export function hasLogs(): boolean {
  return (
    discoverContainers().length > 0 ||
    discoverSources().some((each) => each.problem === null && (each.path === null || existsSync(each.path)))
  );
}
