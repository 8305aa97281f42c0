/** `bekci doctor`: looks at every link of the chain, says which is broken and what to do. Changes nothing. */
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { createFail2banDetector } from '../detectors/fail2ban/fail2ban-detector.ts';
import type { SourceStatus, Status } from '../engine/handle.ts';
import { AppError, describeOnOneLine as describeError } from '../kit/errors.ts';
import { silentLog } from '../kit/log.ts';
import { alarmAdvice, alarmText } from '../kit/messages/alarm-text.ts';
import { durationText, type Language, type MessageKey, t } from '../kit/messages/messages.ts';
import { escapeControls } from '../kit/text.ts';
import { createNotifier } from '../notifiers/all.ts';
import { createResponder, responderSettings } from '../responders/all.ts';
import { ownRulesFolder } from '../rule-bench.ts';
import { idleChanges, rulesInUse } from '../rules-in-use.ts';
import { discoverContainers, discoverSources, missesLogins } from '../sources/discover.ts';
import { isPattern } from '../sources/file/glob.ts';
import { stateDirOf } from '../state-dir.ts';
import { readAudit } from './audit.ts';
import { canaryWords } from './canary-words.ts';
import { ask, readStore, type Where } from './client.ts';
import { checkPrivilege } from './doctor-privilege.ts';
import { colours } from './output.ts';

/** How bad a finding is. */
type Grade = 'ok' | 'warn' | 'fail';

/** One finding; `link` names the part of the chain. */
interface Finding {
  readonly link: MessageKey;
  readonly grade: Grade;
  readonly key: MessageKey;
  readonly values: Readonly<Record<string, string | number>>;
}

const CHECK_MS = 10_000;
const LOW_SPACE_MIB = 200;
const SILENT_MS = 24 * 3_600_000;
const SKEW_MS = 120_000;
const LAG_BYTES = 16 * 1024 * 1024;
/** Fewer lines say nothing about a share. */
const ENOUGH_LINES = 100;
const LOW_SHARE = 0.5;
const OTHER_GUARDS = [
  ['fail2ban', '/run/fail2ban/fail2ban.sock'],
  ['CrowdSec', '/run/crowdsec.pid'],
  ['SSHGuard', '/run/sshguard.pid'],
] as const;

/** Prints one finding a line and a verdict; exit 1 when something needs attention. */
export async function doctor(options: Where & { readonly json?: boolean }): Promise<void> {
  const findings: Finding[] = [];
  const add = (
    link: MessageKey,
    grade: Grade,
    key: MessageKey,
    values: Readonly<Record<string, string | number>> = {},
  ): void => {
    findings.push({ link, grade, key, values });
  };
  const { config, path } = loadConfig(options.config ?? null);
  if (path === null) add('doctor.config', 'ok', 'doctor.configDefaults');
  else add('doctor.config', 'ok', 'doctor.configRight', { path });
  const stateDir = options.stateDir ?? stateDirOf(config);
  checkState(stateDir, add);
  let status: Status | null = null;
  try {
    status = await statusOf(stateDir);
    if (status === null) {
      add('doctor.daemon', 'fail', 'doctor.stopped');
      checkFiles(config, add);
    } else {
      checkRunning(status, stateDir, config.language, add);
      checkPrivilege(status.pid, config, add);
    }
  } catch (error) {
    add('doctor.daemon', 'fail', 'doctor.problem', { detail: describeError(error) });
  }
  if (config.sources === 'auto' && missesLogins()) add('doctor.source', 'warn', 'run.noLogins');
  checkRules(config, stateDir, add);
  const jails = createFail2banDetector(config.fail2ban);
  for (const detail of jails.problems) add('doctor.jails', 'warn', 'doctor.jailBroken', { detail });
  if (jails.jails.length > 0) add('doctor.jails', 'ok', 'doctor.jailsFine', { count: jails.jails.length });
  await checkPeers(config, status, add);
  for (const [name, trace] of OTHER_GUARDS)
    if (existsSync(trace)) add('doctor.others', 'warn', 'doctor.other', { name });
  print(findings, config, options.json === true);
}

type Add = (
  link: MessageKey,
  grade: Grade,
  key: MessageKey,
  values?: Readonly<Record<string, string | number>>,
) => void;

function checkState(path: string, add: Add): void {
  try {
    accessSync(path, constants.W_OK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      add('doctor.state', 'warn', 'doctor.stateNone', { path });
      return;
    }
    add('doctor.state', 'fail', 'doctor.stateWrite', { path });
    return;
  }
  const disk = statfsSync(path);
  const free = Math.floor((disk.bavail * disk.bsize) / 1_048_576);
  if (free < LOW_SPACE_MIB) add('doctor.state', 'fail', 'doctor.stateFull', { path, free });
  else add('doctor.state', 'ok', 'doctor.stateFree', { path, free });
  try {
    readStore(path).close();
    checkAudit(path, add);
  } catch (error) {
    if (!(error instanceof AppError && (error.code === 'STORE_NONE' || error.code === 'STORE_OLD')))
      add('doctor.state', 'fail', 'doctor.storeBroken', { detail: describeError(error) });
  }
}

/** The same rules as the daemon uses; changes that are about none are told, too. */
function checkRules(config: Config, stateDir: string, add: Add): void {
  try {
    const own = ownRulesFolder(stateDir);
    const loaded = rulesInUse(config, { paths: isReadable(own) ? [own] : [] });
    for (const error of [...loaded.errors, ...idleChanges(config, loaded)])
      add('doctor.rules', 'warn', 'doctor.ruleBroken', { detail: describeError(error) });
    add('doctor.rules', 'ok', 'doctor.rulesFine', { count: loaded.set.rules.length });
  } catch (error) {
    add('doctor.rules', 'fail', 'doctor.problem', { detail: describeError(error) });
  }
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whoever changed the record of who did what had a reason. */
function checkAudit(path: string, add: Add): void {
  const store = readAudit(path);
  const { rows, unsealed, fault, brokenAt } = store.verifyAudit();
  store.close();
  if (fault === null) add('doctor.audit', 'ok', 'audit.whole', { rows, unsealed });
  else add('doctor.audit', 'fail', `audit.${fault}`, { row: brokenAt ?? 0 });
}

async function statusOf(stateDir: string): Promise<Status | null> {
  const answer = await ask(stateDir, 'GET', '/status');
  return answer === null ? null : (answer.body as Status);
}

function checkRunning(status: Status, stateDir: string, language: Language, add: Add): void {
  add('doctor.daemon', 'ok', 'doctor.running', {
    time: new Date(status.startedAt).toISOString(),
    lines: status.lines,
    decoded: status.decoded,
  });
  if (status.mode === 'observe') add('doctor.daemon', 'warn', 'doctor.observing');
  const alarmed = new Map((status.alarms ?? []).map((each) => [alarmText(each, language), each]));
  const tell = (detail: string, grade: Grade): void => {
    const alarm = alarmed.get(detail);
    // It has a finding of its own.
    if (alarm?.code === 'canary') return;
    const advice = alarm === undefined ? '' : alarmAdvice(alarm, language);
    add('doctor.daemon', grade, advice === '' ? 'doctor.problem' : 'doctor.alarm', { detail, advice });
  };
  for (const detail of status.problems) tell(detail, 'fail');
  for (const detail of status.warnings ?? []) tell(detail, 'warn');
  if ((status.trialLeft ?? null) !== null)
    add('doctor.daemon', 'warn', 'status.trial', { span: durationText(language, status.trialLeft!) });
  if ((status.pageProblem ?? null) !== null)
    add('doctor.daemon', 'warn', 'status.page', { detail: status.pageProblem! });
  const { grade, key, values } = canaryWords(status, language);
  add('doctor.canary', grade, key, values);
  if (status.sources.length === 0) add('doctor.source', 'fail', 'doctor.sourceNone');
  // Nobody failing to sign in to the dashboard is no silence to worry about.
  const own = `file:${join(stateDir, 'access.log')}`;
  for (const source of status.sources.filter((each) => each.id !== own)) checkSource(source, status.now, add);
}

function checkSource(source: SourceStatus, now: number, add: Add): void {
  const { id, lines } = source;
  if (source.state === 'waiting') {
    add('doctor.source', 'warn', 'doctor.sourceWaiting', { id });
    return;
  }
  if (source.state === 'lost') {
    add('doctor.source', 'fail', 'doctor.sourceLost', { id, detail: source.problem ?? '' });
    return;
  }
  let fine = true;
  const warn = (key: MessageKey, values: Readonly<Record<string, string | number>>): void => {
    fine = false;
    add('doctor.source', 'warn', key, { id, ...values });
  };
  const { dropped = 0, kernelDropped = 0, refused = 0 } = source.counts ?? {};
  if (dropped + kernelDropped > 0) warn('doctor.sourceLoses', { count: dropped + kernelDropped });
  if (refused > 0) warn('doctor.sourceRefuses', { count: refused });
  if (source.lag > LAG_BYTES) warn('doctor.sourceLag', { lag: source.lag });
  if (lines >= ENOUGH_LINES && source.decoded / lines < LOW_SHARE)
    warn('doctor.sourceRate', { percent: Math.floor((100 * source.decoded) / lines) });
  if (source.clockSkewMs !== null && Math.abs(source.clockSkewMs) > SKEW_MS)
    warn('doctor.sourceSkew', { seconds: Math.round(source.clockSkewMs / 1000) });
  if (source.lastEventAt !== null && now - source.lastEventAt > SILENT_MS)
    warn('doctor.sourceSilent', { time: new Date(source.lastEventAt).toISOString() });
  if (!fine) return;
  const { decodedShare: share, lastEventAt, lag } = source;
  const last = lastEventAt === null ? '–' : new Date(lastEventAt).toISOString();
  if (share === null) add('doctor.source', 'ok', 'doctor.sourceQuiet', { id, lines, last });
  else add('doctor.source', 'ok', 'doctor.sourceFine', { id, lines, percent: Math.floor(100 * share), lag, last });
}

/** What the daemon would read, if it ran. */
function checkFiles(config: Config, add: Add): void {
  if (config.sources === 'auto') {
    const found = [...discoverSources(), ...discoverContainers().map(({ path }) => ({ path, problem: null }))];
    if (found.length === 0) add('doctor.source', 'fail', 'doctor.sourceNone');
    for (const { path, problem } of found) {
      const id = path ?? 'journald';
      if (problem === null) add('doctor.source', 'ok', 'doctor.sourceFound', { id });
      else add('doctor.source', 'fail', 'doctor.sourceUnreadable', { id, detail: problem });
    }
    return;
  }
  for (const source of config.sources) {
    // A pattern names no file; `bekci status` says what fits.
    if (source.type !== 'file' || source.path === '-' || (isPattern(source.path) && !existsSync(source.path))) continue;
    const id = source.path;
    try {
      accessSync(id, constants.R_OK);
      add('doctor.source', 'ok', 'doctor.sourceFound', { id });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT')
        add('doctor.source', 'warn', 'doctor.sourceWaiting', { id });
      else add('doctor.source', 'fail', 'doctor.sourceUnreadable', { id, detail: (error as Error).message });
    }
  }
}

/** Asks firewalls and notifiers whether they would work; neither bans nor sends anything. */
async function checkPeers(config: Config, status: Status | null, add: Add): Promise<void> {
  const context = { log: silentLog, now: () => Date.now() };
  const blocking = (status?.mode ?? config.mode) === 'enforce';
  const responders =
    config.responders.length > 0 || !blocking ? config.responders : [responderSettings.parse({ type: 'nftables' })];
  for (const settings of responders) {
    const responder = createResponder(settings, context);
    const error = await responder.check(AbortSignal.timeout(CHECK_MS)).catch(asError);
    await responder.close();
    const packets = status?.responders[responder.id]?.dropped_packets;
    if (error === null && packets !== undefined)
      add('doctor.responder', 'ok', 'doctor.responderDropped', { id: responder.id, packets });
    else if (error === null) add('doctor.responder', 'ok', 'doctor.responderFine', { id: responder.id });
    else
      add('doctor.responder', blocking ? 'fail' : 'warn', 'doctor.responderBroken', {
        id: responder.id,
        detail: describeError(error),
      });
  }
  if (config.notifiers.length === 0) add('doctor.notifier', 'warn', 'doctor.notifierNone');
  for (const settings of config.notifiers) {
    const timezone = config.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    try {
      const notifier = createNotifier(settings, { ...context, language: config.language, timezone });
      const error = await notifier.check(AbortSignal.timeout(CHECK_MS)).catch(asError);
      await notifier.close();
      const failing = status?.notifiers[notifier.id];
      if (error === null && failing !== undefined)
        add('doctor.notifier', 'fail', 'doctor.notifierBroken', { id: notifier.id, detail: failing });
      else if (error === null) add('doctor.notifier', 'ok', 'doctor.notifierFine', { id: notifier.id });
      else add('doctor.notifier', 'fail', 'doctor.notifierBroken', { id: notifier.id, detail: describeError(error) });
    } catch (error) {
      add('doctor.notifier', 'fail', 'doctor.notifierBroken', { id: settings.type, detail: describeError(error) });
    }
  }
}

function asError(error: unknown): unknown {
  return error;
}

function print(findings: readonly Finding[], config: Config, json: boolean): void {
  const count = (grade: Grade): number => findings.filter((each) => each.grade === grade).length;
  const fail = count('fail');
  const warn = count('warn');
  if (fail + warn > 0) process.exitCode = 1;
  const marks = { ok: colours.green('ok  '), warn: colours.yellow('look'), fail: colours.red('FAIL') };
  for (const { link, grade, key, values } of findings) {
    const text = escapeControls(t(config.language, key, values));
    if (json) console.log(JSON.stringify({ type: 'finding', link: link.slice('doctor.'.length), grade, text }));
    else console.log(`${marks[grade]}  ${t(config.language, link)}: ${text}`);
  }
  if (json) console.log(JSON.stringify({ type: 'verdict', ok: fail + warn === 0, fail, warn }));
  else
    console.log(
      fail + warn === 0 ? t(config.language, 'doctor.well') : t(config.language, 'doctor.attention', { fail, warn }),
    );
  const first = findings.find((each) => each.grade === 'fail');
  if (first !== undefined && !json)
    console.log(
      t(config.language, 'doctor.first', {
        text: `${t(config.language, first.link)}: ${escapeControls(t(config.language, first.key, first.values))}`,
      }),
    );
}
