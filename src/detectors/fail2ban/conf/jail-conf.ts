/** Reads the enabled jails of a fail2ban configuration: jail.conf with everything that overrides it, and their filters. */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describeError, fail } from '../../../kit/errors.ts';
import type { Conf } from './conf.ts';
import { readFilter } from './filter-conf.ts';
import { type NamedWithOptions, readNamed, splitNamed } from './options.ts';
import { readConf } from './read-conf.ts';

/** A jail as it is configured. */
export interface JailConf {
  readonly name: string;
  /** `sshd[mode=aggressive]` */
  readonly filter: string;
  /** Every option of the jail, interpolated. */
  readonly options: ReadonlyMap<string, string>;
  readonly actions: readonly NamedWithOptions[];
  /** Reads the journal. */
  readonly journal: boolean;
  /** Log files and patterns. */
  readonly logs: readonly string[];
  /** Options of the filter that the jail sets itself. */
  readonly set: ReadonlyMap<string, string>;
}

/** Jails of a configuration. */
export interface JailsConf {
  readonly jails: readonly JailConf[];
  /** Jails that cannot be read, and why. */
  readonly broken: readonly { readonly name: string; readonly reason: string }[];
  readonly disabled: number;
  /** File of the database of bans, and how long bans are remembered there, as fail2ban.conf has them. */
  readonly database: string | null;
  readonly purgeAge: string | null;
}

const OF_FILTER = ['prefregex', 'failregex', 'ignoreregex', 'maxlines', 'datepattern', 'usedns'];
const VERSION = '1.0.2';

/** Reads a configuration folder. Throws AppError when there is none. */
export function readJails(dir: string): JailsConf {
  const conf = readConf(join(dir, 'jail'));
  if (conf === null)
    return fail('FAIL2BAN_CONFIG', {
      message: `there is no jail.conf or jail.local in ${dir}`,
      hint: 'name the folder of a fail2ban configuration, such as /etc/fail2ban',
    });
  conf.defaults.set('fail2ban_version', VERSION);
  conf.defaults.set('fail2ban_confpath', dir);
  const jails: JailConf[] = [];
  const broken: { name: string; reason: string }[] = [];
  let disabled = 0;
  for (const name of conf.names()) {
    if (name === 'INCLUDES' || name === 'Init' || name === 'Definition') continue;
    try {
      if (isTrue(conf.get(name, 'enabled'))) jails.push(readJail(dir, conf, name));
      else disabled++;
    } catch (error) {
      broken.push({ name, reason: describeError(error) });
    }
  }
  const main = readConf(join(dir, 'fail2ban'));
  return {
    jails,
    broken,
    disabled,
    database: main?.get('Definition', 'dbfile') ?? null,
    purgeAge: main?.get('Definition', 'dbpurgeage') ?? null,
  };
}

/** Whether an option says yes. */
export function isTrue(value: string | null | undefined): boolean {
  return ['1', 'on', 'true', 'yes'].includes((value ?? '').toLowerCase());
}

function readJail(dir: string, conf: Conf, name: string): JailConf {
  const journal = (conf.get(name, 'backend') ?? '').startsWith('systemd') || fallsToJournal(conf, name);
  const filter = conf.get(name, 'filter') ?? '';
  if (filter === '') fail('FAIL2BAN_JAIL', { message: `jail ${name} names no filter` });
  const named = readNamed(filter);
  // What the filter says can be named in the jail as %(known/failregex)s.
  const known = readFilter(dir, named.name, named.options, { journal, all: true }).combined;
  conf.extend(name, known, 'known/');
  const options = new Map<string, string>();
  for (const option of [...conf.defaults.keys(), ...(conf.sections.get(name)?.keys() ?? [])]) {
    if (option.startsWith('known/') || options.has(option)) continue;
    const value = optionOf(conf, name, option);
    if (value !== null) options.set(option, value);
  }
  const own = (option: string): string | undefined =>
    conf.sections.get(name)?.has(option) === true || conf.defaults.has(option) ? options.get(option) : undefined;
  const set = new Map(
    OF_FILTER.flatMap((option) => (own(option) === undefined ? [] : [[option, own(option)!] as const])),
  );
  // The default of every jail.conf, and of every filter.
  if (set.get('usedns') === 'warn') set.delete('usedns');
  const actions = splitNamed(required(conf, name, 'action')).map(readNamed);
  const logs = journal ? [] : logsOf(required(conf, name, 'logpath'));
  return { name, filter: oneLine(filter), options, actions, journal, logs, set };
}

/** Since 1.1.1 a jail that names journal entries and whose logs are not there reads the journal. */
function fallsToJournal(conf: Conf, name: string): boolean {
  if (!(conf.get(name, 'backend') ?? 'auto').startsWith('auto')) return false;
  if (optionOf(conf, name, 'journalmatch') === null || !isTrue(optionOf(conf, name, 'systemd_if_nologs') ?? 'true'))
    return false;
  return logsOf(optionOf(conf, name, 'logpath') ?? '').every((log) => globSync(log).length === 0);
}

const logsOf = (text: string): string[] =>
  text
    .split('\n')
    .map(withoutPlace)
    .filter((log) => log !== '');

/** A value that nobody may need: one that cannot be interpolated is not there. */
function optionOf(conf: Conf, section: string, option: string): string | null {
  try {
    return conf.get(section, option);
  } catch {
    return null;
  }
}

const required = (conf: Conf, section: string, option: string): string => conf.get(section, option) ?? '';
const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, ' ').trim();

/** `logpath` may end in where to begin: head or tail. */
function withoutPlace(line: string): string {
  return line.trim().replace(/\s+(?:head|tail)$/, '');
}
