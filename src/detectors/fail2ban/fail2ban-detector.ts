/** fail2ban's jails over raw lines: each log goes through the filters of the jails that watch it. */
import { describeError } from '../../kit/errors.ts';
import { copyText } from '../../kit/text.ts';
import type { Detection } from '../../model/detection.ts';
import type { SourceRef } from '../../model/line.ts';
import type { Detector, LinePlace, LineWatcher } from '../detector.ts';
import { createGates } from './gates.ts';
import { createJail, type Jail } from './jail.ts';
import { type JournalEntry, journalMatcher, readJournalEntry } from './journal-entry.ts';
import { LineDates, type TimedLine, timedLine } from './lines/line-dates.ts';
import { type Found, LineFilter } from './lines/line-filter.ts';
import { matchesPath } from './log-paths.ts';
import type { Fail2banSettings } from './settings.ts';

/** Sessions remembered for each jail and log: a hundred parallel connections must not hide whose they are. */
const SESSIONS = 1000;

/** The detector, and what could not be made. */
export interface Fail2banDetector extends Detector {
  /** Jails that do not run, and patterns left out, for people. */
  readonly problems: readonly string[];
  readonly jails: readonly Jail[];
  watcherOf(source: SourceRef): LineWatcher | null;
}

/** Searches of a jail's patterns that ended at the step limit. */
function gaveUp({ filter }: Jail): number {
  const all = [...filter.failures, ...filter.ignored, ...(filter.prefix === null ? [] : [filter.prefix])];
  return all.reduce((sum, { regex }) => sum + regex.gaveUp(), 0);
}

/** A jail at one log. */
interface Member {
  readonly jail: Jail;
  readonly filter: LineFilter;
  dates: number;
  readonly maxlines: number;
  /** Of a filter that searches several lines: the last ones it has not looked at, and for how many more it must look. */
  readonly waiting: string[];
  openFor: number;
}

/** Whether a filter of several lines must look at a line that is not for it, because one shortly before was. */
function staysOpen(member: Member, text: string): boolean {
  if (member.maxlines < 2) return false;
  if (member.openFor > 0) {
    member.openFor--;
    return true;
  }
  member.waiting.push(copyText(text));
  if (member.waiting.length > member.maxlines) member.waiting.shift();
  return false;
}

/** Gives a filter of several lines those that it passed over. */
function catchUp(member: Member, dates: LineDates, now: number): void {
  member.openFor = member.maxlines;
  for (const text of member.waiting.splice(0)) member.filter.take(dates.cut(text, now), now);
}

/** Makes every enabled jail; one that cannot be made is a problem and does not run. */
export function createFail2banDetector(settings: Fail2banSettings): Fail2banDetector {
  const problems: string[] = [];
  const jails: Jail[] = [];
  for (const [name, jail] of Object.entries(settings.jails)) {
    if (!jail.enabled) continue;
    try {
      const made = createJail(name, jail, settings.config);
      jails.push(made);
      for (const each of made.filter.problems)
        problems.push(`jail ${name}: ${each.kind} left out: ${each.reason}: ${each.pattern.slice(0, 200)}`);
    } catch (error) {
      problems.push(describeError(error));
    }
  }
  const byName = new Map(jails.map((jail) => [jail.name, jail]));
  const watchers = new Map<string, LineWatcher | null>();
  const readers = new Map<string, string>();
  let failures = 0;

  function note(jail: Jail, found: Found, now: number, place: LinePlace, out: Detection[]): void {
    failures++;
    const { source, generation, offset } = place;
    // A stamp in the future would keep others from counting.
    const time = Math.min(found.time ?? now, now);
    const detection = jail.count({ ...found, id: copyText(found.id) }, time, { source, generation, offset });
    if (detection !== null) out.push(detection);
  }

  function watchFile(watching: readonly Jail[]): LineWatcher {
    const members: Member[] = watching.map((jail) => ({
      jail,
      filter: new LineFilter(jail.filter, SESSIONS),
      dates: 0,
      maxlines: jail.filter.patterns.maxlines,
      waiting: [],
      openFor: 0,
    }));
    const dates = shareDates(members);
    const gates = createGates(watching.map((jail) => jail.filter));
    const lines: (TimedLine | null)[] = dates.map(() => null);
    return (text, now, place, out) => {
      gates.look(text);
      let isCut = false;
      for (let index = 0; index < members.length; index++) {
        const member = members[index]!;
        const isOpen = gates.isOpen(index);
        if (!isOpen && !staysOpen(member, text)) continue;
        const own = dates[member.dates]!;
        if (isOpen && member.maxlines > 1) catchUp(member, own, now);
        if (!isCut) lines.fill(null);
        isCut = true;
        let line = lines[member.dates] ?? null;
        if (line === null) {
          line = own.cut(text, now);
          lines[member.dates] = line;
        }
        // Sessions age on the log's own clock, also when an old log is read at once.
        const found = member.filter.take(line, line.time ?? now);
        if (found !== null) note(member.jail, found, now, place, out);
      }
    };
  }

  function watchJournal(watching: readonly Jail[]): LineWatcher {
    const members = watching.map((jail) => {
      const own = jail.settings.journalmatch.length > 0 ? jail.settings.journalmatch : jail.definition.journalmatch;
      const wanted: ((entry: JournalEntry) => boolean) | null = journalMatcher(own);
      return { jail, filter: new LineFilter(jail.filter, SESSIONS), wanted };
    });
    return (text, now, place, out) => {
      const entry = readJournalEntry(text);
      if (entry === null) return;
      const line = timedLine(entry.text, '', entry.time);
      for (const { jail, filter, wanted } of members) {
        if (wanted !== null && !wanted(entry)) continue;
        const found = filter.take(line, entry.time);
        if (found !== null) note(jail, found, now, place, out);
      }
    };
  }

  function make(source: SourceRef): LineWatcher | null {
    const isJournal = source.id === 'journald';
    const path = pathOf(source);
    // A file that two sources read counts once.
    if (path !== null && (readers.get(path) ?? source.id) !== source.id) return null;
    if (path !== null) readers.set(path, source.id);
    const watching = jails.filter(({ settings: jail }) =>
      isJournal ? jail.journal : path !== null && jail.logs.some((log) => matchesPath(log, path)),
    );
    if (watching.length === 0) return null;
    return isJournal ? watchJournal(watching) : watchFile(watching);
  }

  return {
    name: 'fail2ban',
    problems,
    jails,
    watcherOf(source) {
      let watcher = watchers.get(source.id);
      if (watcher === undefined) {
        watcher = make(source);
        watchers.set(source.id, watcher);
      }
      return watcher;
    },
    detect() {},
    explain: () => [],
    stats: () => ({
      fail2banJails: jails.length,
      fail2banFailures: failures,
      fail2banGaveUp: jails.reduce((sum, jail) => sum + gaveUp(jail), 0),
      fail2banWindows: jails.reduce((sum, jail) => sum + jail.tallies.size, 0),
    }),
    drainDirty: () => jails.flatMap((jail) => jail.tallies.drain()),
    restore(entries) {
      for (const { key, value } of entries) {
        const cut = key.indexOf(' ');
        byName.get(key.slice(0, cut))?.tallies.restore(key.slice(cut + 1), value);
      }
    },
  };
}

/** The file that a source reads: its own, or the one of its pattern. */
function pathOf({ id, origin }: SourceRef): string | null {
  const path = origin?.fields['log.file.path'];
  if (typeof path === 'string') return path;
  return id.startsWith('file:') ? id.slice(5) : null;
}

/** Jails with the same date pattern and zone see the same dates: each is given the number of its own. */
function shareDates(members: readonly Member[]): LineDates[] {
  const keys: string[] = [];
  const out: LineDates[] = [];
  for (const member of members) {
    const { datepattern } = member.jail.filter.patterns;
    const key = `${member.jail.offset} ${datepattern}`;
    if (!keys.includes(key)) {
      keys.push(key);
      out.push(new LineDates(datepattern, member.jail.offset));
    }
    member.dates = keys.indexOf(key);
  }
  return out;
}
