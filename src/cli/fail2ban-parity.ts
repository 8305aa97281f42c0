/** `bekci fail2ban parity`: the installed fail2ban and bekci over the same logs, and every difference. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { gunzipSync } from 'node:zlib';
import { readFilter } from '../detectors/fail2ban/conf/filter-conf.ts';
import { readJails } from '../detectors/fail2ban/conf/jail-conf.ts';
import { readNamed } from '../detectors/fail2ban/conf/options.ts';
import { LineDates, timedLine } from '../detectors/fail2ban/lines/line-dates.ts';
import { compileFilter, LineFilter } from '../detectors/fail2ban/lines/line-filter.ts';
import { canonicalAddress } from '../kit/address.ts';
import { describeError, fail } from '../kit/errors.ts';
import { type Language, t } from '../kit/messages/messages.ts';
import { escapeControls } from '../kit/text.ts';
import { readPairs } from './fail2ban-test.ts';
import { colours } from './output.ts';

interface Options {
  readonly config: string;
  readonly filter?: readonly string[];
  readonly option?: readonly string[];
  readonly lines: string;
  readonly show: string;
  readonly language?: string;
  readonly json?: boolean;
}

/** What one of the two says of a line. Times in whole seconds since the epoch. */
interface Answer {
  readonly match: boolean;
  readonly host?: string | null;
  readonly user?: string | null;
  readonly time?: number | null;
  readonly gave_up?: boolean;
}

/** All of one side's answers for a filter and a log. */
interface Side {
  readonly answers?: readonly Answer[];
  readonly seconds?: number;
  readonly error?: string;
}

interface Task {
  readonly filter: string;
  readonly options: Readonly<Record<string, string>>;
  readonly file: string;
  readonly lines: readonly string[];
}

interface Sums {
  pairs: number;
  same: number;
  theirs: number;
  ours: number;
  gaveUp: number;
}

/** Python programs that may have fail2ban's modules; the first is where distributions put them. */
const PYTHONS = ['/usr/bin/python3', 'python3'];

function findPython(): string | null {
  const works = (python: string): boolean =>
    spawnSync(python, ['-c', 'import fail2ban'], { timeout: 20_000 }).status === 0;
  return PYTHONS.find(works) ?? null;
}

/** Runs both and reports. Exit code 1 when anything differs. */
export async function parity(logs: readonly string[], options: Options): Promise<void> {
  const language: Language = options.language === 'tr' ? 'tr' : 'en';
  const python = findPython();
  const tasks = tasksOf(logs, options);
  if (python === null)
    note(options, { type: 'note', note: 'fail2ban is not installed' }, t(language, 'f2b.parity.none'));
  const theirs = python === null ? null : askFail2ban(python, options.config, tasks);
  const sums: Sums = { pairs: 0, same: 0, theirs: 0, ours: 0, gaveUp: 0 };
  for (const task of tasks) {
    const ours = askBekci(options.config, task);
    const other = theirs === null ? null : await nextOf(theirs);
    report(task, ours, other, options, language, sums);
  }
  const share = sums.pairs === 0 ? 100 : (sums.same / sums.pairs) * 100;
  const seconds = { theirs: sums.theirs.toFixed(2), ours: sums.ours.toFixed(2) };
  if (python === null) return;
  note(
    options,
    { type: 'summary', ...sums, share: share / 100 },
    [
      t(language, 'f2b.parity.sum', { share: (Math.floor(share * 100) / 100).toFixed(2), pairs: sums.pairs }),
      ...(sums.gaveUp > 0 ? [t(language, 'f2b.parity.gaveUp', { count: sums.gaveUp })] : []),
      t(language, 'f2b.parity.speed', seconds),
    ].join('\n'),
  );
  if (sums.same < sums.pairs) process.exitCode = 1;
}

function note(options: Options, json: Record<string, unknown>, text: string): void {
  console.log(options.json === true ? JSON.stringify(json) : text);
}

/** Each filter over each log: the named ones, or those of the enabled jails. */
function tasksOf(logs: readonly string[], options: Options): Task[] {
  const most = Number(options.lines);
  if (!Number.isInteger(most) || most < 1)
    fail('USAGE_LINES', { message: `\`${options.lines}\` is no number of lines`, hint: 'write --lines 100000' });
  const given = Object.fromEntries(readPairs(options.option ?? []));
  const filters =
    options.filter !== undefined
      ? options.filter.map((name) => ({ name, options: given }))
      : readJails(options.config).jails.map(({ filter, journal }) => {
          const named = readNamed(filter);
          const type = journal ? { logtype: 'journal' } : {};
          return { name: named.name, options: { ...type, ...Object.fromEntries(named.options), ...given } };
        });
  if (filters.length === 0)
    fail('FAIL2BAN_CONFIG', { message: 'no jail is enabled there', hint: 'name filters with --filter' });
  const files = logs.map((file) => ({ file, lines: readLines(file, most) }));
  return filters.flatMap((filter) =>
    files.map(({ file, lines }) => ({ filter: filter.name, options: filter.options, file, lines })),
  );
}

function readLines(file: string, most: number): string[] {
  if (!existsSync(file)) fail('FILE_READ', { message: `there is no ${file}`, hint: 'name log files, also .gz' });
  const data = readFileSync(file);
  const text = (data[0] === 0x1f && data[1] === 0x8b ? gunzipSync(data) : data).toString('utf8');
  const lines = text.split('\n', most + 1).map((line) => line.replace(/\r$/, ''));
  if (lines.at(-1) === '' || lines.length > most) lines.pop();
  return lines;
}

/** Starts fail2ban's side; it answers task by task while bekci works. */
function askFail2ban(python: string, config: string, tasks: readonly Task[]): AsyncIterator<string> {
  const child = spawn(python, [join(import.meta.dirname, 'fail2ban-ask.py'), config], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.on('error', () => undefined);
  child.on('error', () => undefined);
  for (const { filter, options, lines } of tasks) child.stdin.write(`${JSON.stringify({ filter, options, lines })}\n`);
  child.stdin.end();
  return createInterface({ input: child.stdout })[Symbol.asyncIterator]();
}

async function nextOf(answers: AsyncIterator<string>): Promise<Side> {
  const next = await answers.next();
  return next.done === true ? { error: 'fail2ban ended early' } : (JSON.parse(next.value) as Side);
}

function askBekci(config: string, task: Task): Side {
  try {
    const given = new Map(Object.entries(task.options));
    const definition = readFilter(config, task.filter, given).definition(new Map());
    const compiled = compileFilter(definition);
    if (compiled.failures.length === 0) return { error: compiled.problems[0]?.reason ?? 'no failregex' };
    const dates = new LineDates(definition.datepattern, null);
    const filter = new LineFilter(compiled);
    const before = process.cpuUsage();
    const answers = task.lines.map((line): Answer => {
      const now = Date.now();
      const found = filter.take(
        definition.logtype === 'journal' ? timedLine(line, '', now) : dates.cut(line, now),
        now,
      );
      if (found === null) return { match: false };
      const time = found.time === null ? null : found.time / 1000;
      return { match: true, host: found.id, user: found.user, time };
    });
    const { user, system } = process.cpuUsage(before);
    return { answers, seconds: (user + system) / 1e6 };
  } catch (error) {
    return { error: describeError(error) };
  }
}

/** An address may be written in several ways. */
function sameHost(one: string | null, other: string | null): boolean {
  if (one === other) return true;
  return (
    one !== null &&
    other !== null &&
    canonicalAddress(one) !== null &&
    canonicalAddress(one) === canonicalAddress(other)
  );
}

function isSame(one: Answer, other: Answer, isJournal: boolean): boolean {
  if (one.match !== other.match) return false;
  const second = (time: number | null | undefined): number | null => (time == null ? null : Math.floor(time));
  return (
    sameHost(one.host ?? null, other.host ?? null) &&
    (one.user ?? null) === (other.user ?? null) &&
    // A journal's entries come with their time: there is none to find.
    (isJournal || second(one.time) === second(other.time))
  );
}

function report(task: Task, ours: Side, theirs: Side | null, options: Options, language: Language, sums: Sums): void {
  const { filter, file, lines } = task;
  const failures = (ours.answers ?? []).filter(({ match }) => match).length;
  for (const [side, { error }] of [['bekci', ours] as const, ['fail2ban', theirs ?? {}] as const])
    if (error !== undefined)
      note(
        options,
        { type: 'error', filter, file, side, error },
        colours.yellow(escapeControls(t(language, 'f2b.parity.error', { filter, reason: `${side}: ${error}` }))),
      );
  if (theirs === null) {
    note(options, { type: 'filter', filter, file, lines: lines.length, failures }, `${filter} ${file}: ${failures}`);
    return;
  }
  let [same, gaveUp, shown] = [0, 0, 0];
  const nothing: Answer = { match: false };
  for (const [index, line] of lines.entries()) {
    const [mine, other] = [ours.answers?.[index] ?? nothing, theirs.answers?.[index] ?? nothing];
    if (other.gave_up === true) gaveUp++;
    if (isSame(mine, other, task.options.logtype === 'journal')) {
      same++;
      continue;
    }
    if (options.json === true)
      console.log(
        JSON.stringify({ type: 'difference', filter, file, n: index + 1, line, fail2ban: other, bekci: mine }),
      );
    else if (shown++ < Number(options.show))
      console.log(
        `  ${file}:${index + 1} ${escapeControls(line)}\n    fail2ban ${escapeControls(JSON.stringify(other))}\n    bekci    ${escapeControls(JSON.stringify(mine))}`,
      );
  }
  sums.pairs += lines.length;
  sums.same += same;
  sums.gaveUp += gaveUp;
  sums.theirs += theirs.seconds ?? 0;
  sums.ours += ours.seconds ?? 0;
  const figures = { lines: lines.length, same, different: lines.length - same, failures };
  note(
    options,
    { type: 'filter', filter, file, ...figures, gaveUp },
    t(language, 'f2b.parity.jail', { filter, ...figures }),
  );
}
