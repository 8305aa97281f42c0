/** `bekci fail2ban test`: one answer of a filter for each line of standard input. */
import { readFilter } from '../detectors/fail2ban/conf/filter-conf.ts';
import { LineDates, timedLine } from '../detectors/fail2ban/lines/line-dates.ts';
import { compileFilter, type Found, LineFilter } from '../detectors/fail2ban/lines/line-filter.ts';
import { fail } from '../kit/errors.ts';
import { escapeControls } from '../kit/text.ts';
import { LineCutter } from '../sources/file/lines.ts';
import { colours, createWriter } from './output.ts';

interface Options {
  readonly config: string;
  readonly filter: string;
  readonly option?: readonly string[];
  readonly json?: boolean;
}

/** Options given as `key=value`. */
export function readPairs(pairs: readonly string[]): Map<string, string> {
  return new Map(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at <= 0)
        fail('USAGE_OPTION', { message: `\`${pair}\` is not key=value`, hint: 'write --option mode=aggressive' });
      return [pair.slice(0, at), pair.slice(at + 1)] as const;
    }),
  );
}

/** Prints one answer a line, in order. Patterns that are not run are told on standard error. */
export async function testFilter(options: Options): Promise<void> {
  const definition = readFilter(options.config, options.filter, readPairs(options.option ?? [])).definition(new Map());
  const compiled = compileFilter(definition);
  for (const { kind, pattern, reason, isFatal } of compiled.problems)
    console.error(
      `bekci: ${options.filter}: ${kind} ${isFatal ? 'wrong, fail2ban does not take the filter either' : 'left out'}: ${reason}\n  ${pattern}`,
    );
  // fail2ban would not start a jail with such a filter: no line matches, and each answer says why.
  const broken =
    compiled.failures.length > 0 ? null : (compiled.problems[0]?.reason ?? 'the filter has no failregex that runs');
  if (broken !== null && compiled.problems.length === 0) console.error(`bekci: ${options.filter}: ${broken}`);
  const dates = new LineDates(compiled.patterns.datepattern, null);
  const filter = new LineFilter(compiled);
  const isTimed = definition.logtype === 'journal';
  const out = createWriter();
  let n = 0;
  const answer = (text: string): void => {
    n++;
    const now = Date.now();
    const found = filter.take(isTimed ? timedLine(text, '', now) : dates.cut(text, now), now);
    out.line(options.json === true ? JSON.stringify(answerOf(n, found, broken)) : describe(text, found));
  };
  const cutter = new LineCutter(0);
  for await (const chunk of process.stdin as AsyncIterable<Buffer>)
    for (const text of cutter.push(chunk).texts) answer(text);
  const last = cutter.flush();
  if (last !== null) answer(last.text);
  out.flush();
}

function answerOf(n: number, found: Found | null, broken: string | null): Record<string, unknown> {
  if (found === null) return { n, match: false, ...(broken === null ? {} : { error: broken }) };
  return {
    n,
    match: true,
    host: found.id,
    user: found.user,
    time: found.time === null ? null : new Date(found.time).toISOString(),
  };
}

function describe(text: string, found: Found | null): string {
  if (found === null) return colours.dim(`  ${escapeControls(text)}`);
  const time = found.time === null ? '' : ` ${new Date(found.time).toISOString()}`;
  return `${colours.red('*')} ${escapeControls(text)}\n    ${escapeControls(found.id)}${found.user === null ? '' : ` (${escapeControls(found.user)})`}${time}`;
}
