/**
 * Cost of a line by the number of programs in the stream: 10, 50, 120, and what they hold in memory.
 *   tools/node --expose-gc bench/decoders.ts
 */
import { createDecode } from '../src/decoders/decode.ts';
import { allForms, render } from '../test/fuzz/render.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const LINES = 200_000;
const RUNS = 5;

const byProgram = new Map<string, string[]>();
for (const { program, variant } of allForms()) {
  const list = byProgram.get(program) ?? [];
  list.push(`Nov 24 08:48:18 host ${program}[12]: ${render(variant, 'name')}`);
  byProgram.set(program, list);
}
// Programs with a name that stands in a syslog tag, the same shares of each.
const programs = [...byProgram].filter(([name]) => /^[a-z0-9/_-]+$/i.test(name));

function streamOf(count: number): string[] {
  const chosen = programs.slice(0, count);
  return Array.from({ length: LINES }, (_, n) => {
    const [, lines] = chosen[n % chosen.length]!;
    return lines[Math.floor(n / chosen.length) % lines.length]!;
  });
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
/** One frequent line, so that only the number of programs already seen differs. */
const PROBE = 'Nov 24 08:48:18 host sshd[12]: Failed password for root from 203.0.113.7 port 22 ssh2';
const probes = Array.from({ length: LINES }, () => PROBE);

console.log('| programs seen | ns a line of all | ns an sshd line beside them | heap MiB |\n| --: | --: | --: | --: |');
for (const count of [10, 50, 120]) {
  const stream = streamOf(count);
  const decoder = createDecode({ timezone: 'UTC', program: null, persist: false });
  const time = (lines: readonly string[]): number => {
    // Processor time: other programs on the machine do not count.
    const from = process.cpuUsage();
    for (const line of lines) decoder.decode(line, NOW);
    const { user, system } = process.cpuUsage(from);
    return ((user + system) * 1e3) / lines.length;
  };
  time(stream);
  const all = median(Array.from({ length: RUNS }, () => time(stream)));
  time(probes);
  const one = median(Array.from({ length: RUNS }, () => time(probes)));
  globalThis.gc?.();
  console.log(
    `| ${count} | ${all.toFixed(0)} | ${one.toFixed(0)} | ${(process.memoryUsage().heapUsed / 1_048_576).toFixed(1)} |`,
  );
}
