/** Which sources a configuration means: those it names, those found on the machine, and what fail2ban's jails read besides. */
import { existsSync, statSync } from 'node:fs';
import type { Config } from './config/schema.ts';
import { fail } from './kit/errors.ts';
import { createSource } from './sources/all.ts';
import { type SourceSettings, sourceSettings } from './sources/all-settings.ts';
import {
  type Discovered,
  discoverContainers,
  discoverSources,
  type FoundContainers,
  isCatchAll,
  isKernelLog,
} from './sources/discover.ts';
import { isPattern, matchesPattern } from './sources/file/glob.ts';
import { createPattern } from './sources/file/pattern.ts';
import { createTail } from './sources/file/tail.ts';
import { createJournald } from './sources/journald.ts';
import type { Source, SourceContext } from './sources/source.ts';

/** The sources of a configuration; with `auto` those found on the machine. */
export function sourcesOf(config: Config, context: SourceContext): { sources: Source[]; problems: string[] } {
  if (config.sources !== 'auto') {
    const sources = config.sources.map((setting) => createSource(setting, context));
    refuseTwins(sources);
    return { sources, problems: [] };
  }
  const found = discoverSources();
  const usable = found.filter((each) => each.problem === null);
  const logs = usable.map((each) =>
    each.path === null
      ? createJournald({ command: ['journalctl'], units: [] }, context)
      : createTail({ path: each.path, program: each.program, timezone: null, from: 'end' }, context),
  );
  return {
    sources: [...logs, ...discoverContainers().map((each) => createSource(containerSettings(each), context))],
    problems: found.flatMap((each) => (each.problem === null ? [] : [`${each.path}: ${each.problem}`])),
  };
}

/**
 * Logs of this machine that came since: a server installed later, or a log that a service begins with its first message. Beside the
 * journal only those of web servers are new; the others say what the journal says. `since`, ms since the epoch: a file born later is
 * read from its beginning.
 */
export function newSources(
  present: readonly Source[],
  since: number,
  context: SourceContext,
  found: readonly Discovered[] = discoverSources(),
): Source[] {
  const known = new Set(present.map(({ ref }) => ref.id));
  const hasJournal = known.has('journald');
  // Which of the kernel's logs are copies was judged at the start: a rotation since may have taken the line they share.
  const hasAll = present.some(({ ref }) => isCatchAll(ref.id));
  return found.flatMap(({ path, program, problem }) => {
    if (path === null || problem !== null || known.has(`file:${path}`) || (hasJournal && program === null)) return [];
    if (hasAll && isKernelLog(path)) return [];
    const isYoung = (statSync(path, { throwIfNoEntry: false })?.birthtimeMs ?? 0) >= since;
    return [createTail({ path, program, timezone: null, from: isYoung ? 'start' : 'end' }, context)];
  });
}

/** What containers hand to the journal or to syslog is read there already. */
function containerSettings({ type, path }: FoundContainers): SourceSettings {
  return sourceSettings.parse(
    type === 'docker' ? { type, socket: path, exclude_drivers: ['journald', 'syslog'] } : { type, path },
  );
}

/** Logs of fail2ban jails that no other source reads; files that a jail's patterns name later are found, too. */
export function jailSources(config: Config, others: readonly Source[], context: SourceContext): Source[] {
  const jails = Object.values(config.fail2ban.jails).filter((jail) => jail.enabled);
  const known = new Set(others.map((source) => source.ref.id));
  const read = filesRead(config);
  const [patterns, paths] = bySort([...new Set(jails.flatMap((jail) => jail.logs))]);
  const plain = paths.filter((path) => !known.has(`file:${path}`) && !read.some((each) => isOf(each, path)));
  const common = { program: null, timezone: null, from: 'end' as const };
  const files = plain.map((path) => createTail({ ...common, path }, context));
  // One source for all patterns, as a file that two of them name is to be read once.
  const unread = patterns.filter((pattern) => !known.has(`file:${pattern}`));
  const exclude = [...paths, ...[...known].flatMap((id) => (id.startsWith('file:') ? [id.slice(5)] : []))];
  const found = { ...common, path: 'fail2ban', patterns: unread, exclude, maxFiles: MAX_JAIL_FILES };
  if (unread.length > 0) files.push(createPattern(found, context));
  const needsJournal = jails.some((jail) => jail.journal) && !known.has('journald');
  return needsJournal ? [...files, createJournald({ command: ['journalctl'], units: [] }, context)] : files;
}

const MAX_JAIL_FILES = 1024;

type FileSetting = Extract<SourceSettings, { type: 'file' }>;

/** Configured sources that read the files of a pattern. */
function filesRead(config: Config): FileSetting[] {
  if (config.sources === 'auto') return [];
  return config.sources.filter((each): each is FileSetting => each.type === 'file' && isPattern(each.path));
}

function isOf({ path: pattern, exclude }: FileSetting, path: string): boolean {
  return matchesPattern(pattern, path) && !(exclude ?? []).some((each) => matchesPattern(each, path));
}

function bySort(logs: readonly string[]): [patterns: string[], paths: string[]] {
  const isOne = (log: string): boolean => !isPattern(log) || existsSync(log);
  return [logs.filter((log) => !isOne(log)), logs.filter(isOne)];
}

/** Positions and memory are kept by name: two sources of one name would take each other's. */
function refuseTwins(sources: readonly Source[]): void {
  const names = sources.map(({ ref }) => ref.id);
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin !== undefined)
    fail('CONFIG_VALUE', {
      message: `\`sources\`: there are two of ${twin}`,
      hint: 'take one away; two commands of one program need a `name` each',
    });
}
