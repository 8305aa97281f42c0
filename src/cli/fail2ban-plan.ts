/** Plans the move of a fail2ban configuration: what each jail becomes, and everything that is told about it. */
import { globSync, readFileSync, statSync } from 'node:fs';
import { isTrue, type JailConf, type JailsConf } from '../detectors/fail2ban/conf/jail-conf.ts';
import { readTime } from '../detectors/fail2ban/conf/time-words.ts';
import { createJail } from '../detectors/fail2ban/jail.ts';
import { isPattern } from '../detectors/fail2ban/log-paths.ts';
import { type JailSettings, jailSettings } from '../detectors/fail2ban/settings.ts';
import { formatNetwork, parseNetwork } from '../kit/cidr.ts';
import { formatDuration } from '../kit/duration.ts';
import { describeError } from '../kit/errors.ts';
import type { MessageKey } from '../kit/messages/messages.ts';
import { type MappedAction, mapAction } from './fail2ban-actions.ts';

/** Something told about a jail. */
export interface Note {
  readonly key: MessageKey;
  readonly params: Readonly<Record<string, string>>;
}

/** A jail that moves. `written` holds only what differs from the defaults. */
export interface PlannedJail {
  readonly name: string;
  readonly written: Readonly<Record<string, unknown>>;
  readonly actions: readonly MappedAction[];
  readonly notes: readonly Note[];
}

/** The whole move. */
export interface Plan {
  readonly jails: readonly PlannedJail[];
  readonly broken: readonly { readonly name: string; readonly reason: string }[];
  readonly disabled: number;
  readonly responders: readonly Readonly<Record<string, unknown>>[];
  readonly decisions: Readonly<Record<string, unknown>>;
}

const FOR_EVER = '3650d';
const MAX_IGNORE_BYTES = 1 << 20;
const ALL_PORTS = new Set(['', '0:65535', 'all', '1:65535']);

/** Plans the move of the jails read from a folder. */
export function planMove(conf: JailsConf, dir: string): Plan {
  const jails: PlannedJail[] = [];
  const broken = [...conf.broken];
  const names = new Set<string>();
  for (const jail of conf.jails) {
    try {
      jails.push(planJail(jail, dir, names));
    } catch (error) {
      broken.push({ name: jail.name, reason: describeError(error) });
    }
  }
  const responders = new Map(
    jails
      .flatMap(({ actions }) => actions.flatMap(({ responder }) => (responder === null ? [] : [responder])))
      .map((responder) => [JSON.stringify(responder), responder] as const),
  );
  return {
    jails,
    broken,
    disabled: conf.disabled,
    responders: [...responders.values()],
    decisions: decisionsOf(conf, names),
  };
}

function planJail(jail: JailConf, dir: string, names: Set<string>): PlannedJail {
  const notes: Note[] = [];
  const note = (key: MessageKey, params: Record<string, string> = {}): void => void notes.push({ key, params });
  const option = (name: string): string => jail.options.get(name) ?? '';
  const written: Record<string, unknown> = { filter: jail.filter };
  if (jail.journal) written.journal = true;
  if (jail.journal && option('journalmatch') !== '')
    written.journalmatch = option('journalmatch').split('\n').filter(Boolean);
  if (jail.logs.length > 0) written.logs = jail.logs;
  const maxretry = Number.parseInt(option('maxretry'), 10);
  written.maxretry = Number.isNaN(maxretry) ? 3 : Math.max(1, maxretry);
  for (const name of ['findtime', 'bantime'] as const) {
    const seconds = readTime(option(name) === '' ? '10m' : option(name));
    if (seconds === null) note('f2b.note.time', { option: name, value: option(name) });
    else if (seconds < 0) {
      note('f2b.note.permanent');
      written[name] = FOR_EVER;
    } else written[name] = formatDuration(seconds);
  }
  const ignored = wordsOf(option('ignoreip')).flatMap((entry) => ignoredIn(entry, note));
  const networks = ignored.flatMap((entry) => networkText(entry) ?? []);
  const others = ignored.filter((entry) => networkText(entry) === null);
  if (networks.length > 0) written.ignoreip = networks;
  if (others.length > 0) {
    for (const name of others) names.add(name);
    note('f2b.note.names', { names: others.join(', ') });
  }
  Object.assign(written, growthOf(jail));
  if (option('logtimezone') !== '') written.timezone = option('logtimezone');
  if (jail.set.size > 0) written.set = Object.fromEntries(jail.set);
  noteDifferences(jail, note);
  const made = createJail(jail.name, jailSettings.parse(written) as JailSettings, dir);
  for (const { kind, reason, pattern } of made.filter.problems) note('f2b.note.left', { kind, reason, pattern });
  return { name: jail.name, written, actions: jail.actions.map(mapAction), notes };
}

function noteDifferences(jail: JailConf, note: (key: MessageKey, params?: Record<string, string>) => void): void {
  const option = (name: string): string => jail.options.get(name) ?? '';
  if (option('ignorecommand') !== '') note('f2b.note.ignorecommand', { value: option('ignorecommand') });
  if (!ALL_PORTS.has(option('port')))
    note('f2b.note.ports', { ports: `${option('port')}/${option('protocol') || 'tcp'}` });
  if (option('usedns') === 'yes') note('f2b.note.usedns');
  if (!/^(?:|auto|utf-?8)$/i.test(option('logencoding'))) note('f2b.note.encoding', { value: option('logencoding') });
  for (const name of ['formula', 'rndtime'])
    if (option(`bantime.${name}`) !== '') note('f2b.note.increment', { option: `bantime.${name}` });
  for (const pattern of jail.logs) {
    if (isPattern(pattern) && globSync(pattern).length === 0) note('f2b.note.noLogs', { pattern });
  }
}

/**
 * How the bans of a jail grow: fail2ban doubles, or goes through `bantime.multipliers`, and takes either `bantime.factor` times from the
 * second ban on.
 */
function growthOf({ options }: JailConf): Record<string, unknown> {
  if (!isTrue(options.get('bantime.increment'))) return { growth: 1 };
  const factor = Number(options.get('bantime.factor') || 1);
  const times = Number.isFinite(factor) && factor > 0 ? factor : 1;
  const multipliers = wordsOf(options.get('bantime.multipliers') ?? '').map(Number);
  const ceiling = readTime(options.get('bantime.maxtime') ?? '') ?? 0;
  const isListed = multipliers.length > 0 && multipliers.every((each) => each > 0);
  // The multiplier of the first ban is never used: only one that came before lets it grow.
  const steps = isListed ? (multipliers.length > 1 ? multipliers.slice(1) : multipliers) : DOUBLED;
  return {
    growth:
      !isListed && times === 1 ? 2 : steps.map((step) => Math.min(MOST, Math.max(LEAST, step * times))).slice(0, 64),
    ...(ceiling > 0 ? { ceiling: formatDuration(ceiling) } : {}),
  };
}

const DOUBLED = Array.from({ length: 20 }, (_, power) => 2 ** (power + 1));
const [LEAST, MOST] = [0.01, 1e7];

/** Settings of deciding that mean what fail2ban's did: growth of bans, their memory, and who is never banned. */
function decisionsOf(conf: JailsConf, names: ReadonlySet<string>): Record<string, unknown> {
  const growing = conf.jails.find((jail) => isTrue(jail.options.get('bantime.increment')));
  const ceiling = readTime(growing?.options.get('bantime.maxtime') ?? '') ?? null;
  const memory = readTime(conf.purgeAge ?? '') ?? null;
  const everywhere = conf.jails
    .map((jail) => new Set(wordsOf(jail.options.get('ignoreip') ?? '').flatMap((entry) => networkText(entry) ?? [])))
    .reduce<ReadonlySet<string> | null>((both, own) => (both === null ? own : both.intersection(own)), null);
  const allowlist = [...(everywhere ?? []), ...names];
  return {
    // What rules beside the jails do; each jail has its own growth.
    escalation: growing === undefined ? 1 : 2,
    ...(ceiling === null || ceiling <= 0 ? {} : { ceiling: formatDuration(ceiling) }),
    ...(memory === null || memory <= 0 ? {} : { memory: formatDuration(memory) }),
    ...(allowlist.length === 0 ? {} : { allowlist }),
  };
}

function wordsOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

/** Since 1.1.1 an entry of ignoreip may name a file of entries (`file:/etc/ours`), with comments. */
function ignoredIn(entry: string, note: (key: MessageKey, params: Record<string, string>) => void): string[] {
  const file = /^file:(?:\/{0,2}(?=\/))?(.+)$/.exec(entry)?.[1];
  if (file === undefined) return [entry];
  try {
    if (statSync(file).size > MAX_IGNORE_BYTES) throw new Error('more than 1 MiB');
    const entries = wordsOf(readFileSync(file, 'utf8').replaceAll(/(?:^|\s)[#;].*/gm, ''));
    note('f2b.note.ignoreFile', { file, count: String(entries.length) });
    return entries;
  } catch (error) {
    note('f2b.note.noIgnoreFile', { file, reason: describeError(error) });
    return [];
  }
}

/** An address or network in its usual writing, or null for a name. */
function networkText(entry: string): string | null {
  const network = parseNetwork(entry);
  return network === null ? null : formatNetwork(network);
}
