/**
 * Every filter of a fail2ban configuration over the same made-up logs, by the installed fail2ban and by bekci: processor time and
 * differing answers. `tools/node bench/fail2ban.ts [DIR] [LINES]`; DIR is /etc/fail2ban, LINES 5000 of each of four logs.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createFail2banDetector } from '../src/detectors/fail2ban/fail2ban-detector.ts';
import { fail2banSettings } from '../src/detectors/fail2ban/settings.ts';
import type { Detection } from '../src/model/detection.ts';
import { makeLogs } from './fail2ban-lines.ts';

const config = process.argv[2] ?? '/etc/fail2ban';
const count = Number(process.argv[3] ?? 5000);
const logs = makeLogs(count);
const filters = readdirSync(join(config, 'filter.d'))
  .filter((name) => name.endsWith('.conf') && !/common\.conf$/.test(name))
  .map((name) => name.slice(0, -5));

function ours(): { seconds: number; failures: number; jails: string[] } {
  const settings = fail2banSettings.parse({
    config,
    // Nobody is ever over the limit: the bench is about filters.
    jails: Object.fromEntries(filters.map((name) => [name, { filter: name, logs: ['/**'], maxretry: 100_000 }])),
  });
  const detector = createFail2banDetector(settings);
  const out: Detection[] = [];
  const now = new Date(2026, 2, 10, 12).getTime();
  const before = process.cpuUsage();
  for (const [name, lines] of logs) {
    const watcher = detector.watcherOf({ id: `file:/${name}.log`, program: null, timezone: null })!;
    const place = { source: name, generation: '', offset: 0, text: '' };
    for (const line of lines) watcher(line, now, place, out);
  }
  const { user, system } = process.cpuUsage(before);
  return {
    seconds: (user + system) / 1e6,
    failures: detector.stats().fail2banFailures!,
    jails: detector.jails.map(({ name }) => name),
  };
}

function theirs(jails: readonly string[]): { seconds: number; failures: number } | null {
  const tasks = jails.flatMap((filter) => [...logs.values()].map((lines) => JSON.stringify({ filter, lines })));
  const run = spawnSync('/usr/bin/python3', [join(import.meta.dirname, '../src/cli/fail2ban-ask.py'), config], {
    input: `${tasks.join('\n')}\n`,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  if (run.status !== 0) return null;
  let [seconds, failures] = [0, 0];
  for (const text of run.stdout.trim().split('\n')) {
    const answer = JSON.parse(text) as { seconds?: number; answers?: { match: boolean }[] };
    seconds += answer.seconds ?? 0;
    failures += (answer.answers ?? []).filter(({ match }) => match).length;
  }
  return { seconds, failures };
}

const mine = ours();
const pairs = count * logs.size * mine.jails.length;
const perPair = (seconds: number): string => `${((seconds / pairs) * 1e6).toFixed(2)} us a line and jail`;
console.log(`${mine.jails.length} jails over ${count * logs.size} lines`);
console.log(`bekci     ${mine.seconds.toFixed(2)} s of processor, ${perPair(mine.seconds)}, ${mine.failures} failures`);
const other = theirs(mine.jails);
if (other === null) console.log('fail2ban is not installed here: nothing to compare with');
else {
  console.log(
    `fail2ban  ${other.seconds.toFixed(2)} s of processor, ${perPair(other.seconds)}, ${other.failures} failures`,
  );
  console.log(`${(other.seconds / mine.seconds).toFixed(1)} times as fast`);
}
