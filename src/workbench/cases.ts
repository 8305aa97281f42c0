/** Cases of rules (`*.cases.yml`): lines that make a rule speak, lines that must not, and imitations that must blame nobody else. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { createDecode } from '../decoders/decode.ts';
import type { LoadedRules, RuleSet } from '../detectors/sigma/rule-set.ts';
import { createSigmaDetector } from '../detectors/sigma/sigma-detector.ts';
import { fail } from '../kit/errors.ts';
import type { Detection } from '../model/detection.ts';
import type { LogEvent } from '../model/log-event.ts';

const ruleCase = z.strictObject({
  name: z.string().min(1).describe('What happens in it.'),
  lines: z.array(z.string()).min(1).describe('Log lines. {n} counts the repetitions from 1, {s} is that as seconds.'),
  program: z.string().optional().describe('Label for lines that name no program.'),
  times: z.number().int().min(1).max(100_000).optional().describe('How often the lines are repeated.'),
  fires: z.record(z.string(), z.string()).optional().describe('Rules that must speak, and about whom.'),
  silent: z.array(z.string()).optional().describe('Rules that must not speak.'),
  innocent: z.array(z.string()).optional().describe('Whom no rule may blame.'),
});
const caseFile = z.strictObject({ cases: z.array(ruleCase).min(1) });

/** One case as written. */
export type RuleCase = z.infer<typeof ruleCase> & { readonly file: string };

/** What came of a case. */
export interface CaseResult {
  readonly case: RuleCase;
  /** Empty when all is as it must be. */
  readonly faults: readonly string[];
  /** Ids of all rules that spoke. */
  readonly spoke: ReadonlySet<string>;
  /** Ids of the rules that the case demands and that spoke; none when it failed. */
  readonly proved: readonly string[];
}

/** JSON Schema of cases files, for editors. */
export function casesJsonSchema(): Record<string, unknown> {
  return { title: 'Cases of Sigma rules for Bekçi', ...z.toJSONSchema(caseFile, { io: 'input' }) };
}

/** Stamps without a year are taken as of this moment. */
const NOW = Date.parse('2026-11-24T23:00:00Z');

/** The cases files that belong to rule files and folders: below a folder, beside a file. */
export function caseFilesOf(paths: readonly string[]): string[] {
  const found = paths.flatMap((path): string[] => {
    if (/\.cases\.ya?ml$/.test(path)) return [path];
    if (!existsSync(path)) return [];
    if (statSync(path).isDirectory())
      return readdirSync(path, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.cases\.ya?ml$/.test(name))
        .sort()
        .map((name) => join(path, name));
    return readdirSync(dirname(path))
      .filter((name) => /\.cases\.ya?ml$/.test(name))
      .sort()
      .map((name) => join(dirname(path), name));
  });
  return [...new Set(found)];
}

/** All cases of the given files. Throws CASES_FORM with the file and what is wrong in it. */
export function readCases(files: readonly string[]): RuleCase[] {
  return files.flatMap((file) => {
    let raw: unknown;
    try {
      raw = parse(readFileSync(file, 'utf8'));
    } catch (cause) {
      return fail('CASES_FORM', {
        message: `cannot read cases: ${cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause)}`,
        at: { file },
        cause,
      });
    }
    const result = caseFile.safeParse(raw);
    if (result.success) return result.data.cases.map((each) => ({ ...each, file }));
    const issue = result.error.issues[0]!;
    return fail('CASES_FORM', {
      message: `${issue.path.join('.')}: ${issue.message}`,
      hint: 'a file of cases is `cases: [{name, lines, fires: {rule: address}}]`; silent, innocent, program, times may stand there too',
      at: { file },
    });
  });
}

/** Names and ids of the rules of a set, to their ids. */
export function idsByName(set: RuleSet): Map<string, string> {
  const ids = new Map<string, string>();
  for (const { rule, info } of [...set.rules, ...set.correlations]) {
    ids.set(info.id, info.id);
    if (rule.name !== null) ids.set(rule.name, info.id);
  }
  return ids;
}

/** The events of a case, and the first line that no decoder understands. */
export function eventsOf(each: RuleCase): { events: { event: LogEvent; text: string }[]; unread: string | null } {
  const decode = createDecode({
    timezone: 'UTC',
    program: each.program ?? null,
    year: null,
    persist: false,
    proxies: [],
  });
  const events: { event: LogEvent; text: string }[] = [];
  for (let n = 1; n <= (each.times ?? 1); n++) {
    for (const line of each.lines) {
      const text = line.replaceAll('{n}', String(n)).replaceAll('{s}', String(n % 60).padStart(2, '0'));
      const event = decode.decode(text, NOW);
      if (event === null) return { events, unread: text };
      events.push({ event, text });
    }
  }
  return { events, unread: null };
}

/** Runs one case over windows of its own. */
export function runCase(each: RuleCase, rules: Pick<LoadedRules, 'again'>): CaseResult {
  const set = rules.again();
  const ids = idsByName(set);
  const { events, unread } = eventsOf(each);
  const detector = createSigmaDetector(set, { persist: false });
  const found: Detection[] = [];
  for (const [offset, { event, text }] of events.entries())
    detector.detect(event, { source: 'case', generation: 'g', offset, text }, found);
  const faults = [...(unread === null ? [] : [`no decoder understands: ${unread}`]), ...faultsOf(each, found, ids)];
  return {
    case: each,
    faults,
    spoke: new Set(found.map(({ rule }) => rule.id)),
    proved: faults.length > 0 ? [] : Object.keys(each.fires ?? {}).map((name) => ids.get(name) ?? name),
  };
}

function faultsOf(each: RuleCase, found: readonly Detection[], ids: ReadonlyMap<string, string>): string[] {
  const faults: string[] = [];
  for (const [rule, who] of Object.entries(each.fires ?? {})) {
    const mine = found.filter((detection) => detection.rule.id === ids.get(rule));
    const blamed = mine.map((detection) => Object.values(detection.entity)[0] ?? '');
    if (!ids.has(rule)) faults.push(`there is no rule ${rule}`);
    else if (mine.length === 0) faults.push(`${rule} does not speak`);
    else if (!blamed.includes(who)) faults.push(`${rule} speaks about ${[...new Set(blamed)].join(', ')}, not ${who}`);
  }
  for (const rule of each.silent ?? []) {
    if (!ids.has(rule)) faults.push(`there is no rule ${rule}`);
    else if (found.some((detection) => detection.rule.id === ids.get(rule))) faults.push(`${rule} speaks and must not`);
  }
  for (const who of each.innocent ?? [])
    for (const { rule } of found.filter((detection) => Object.values(detection.entity).includes(who)))
      faults.push(`${who} is blamed by ${rule.title}`);
  return faults;
}

/** Of each rule (by id) the cases that speak of it. */
export function casesByRule(
  cases: readonly RuleCase[],
  set: RuleSet,
): Map<string, { fires: string[]; silent: string[]; hostile: string[] }> {
  const ids = idsByName(set);
  const out = new Map<string, { fires: string[]; silent: string[]; hostile: string[] }>();
  const of = (rule: string) => {
    const id = ids.get(rule) ?? rule;
    const entry = out.get(id) ?? { fires: [], silent: [], hostile: [] };
    out.set(id, entry);
    return entry;
  };
  for (const each of cases) {
    for (const rule of Object.keys(each.fires ?? {})) {
      of(rule).fires.push(each.name);
      if (each.innocent !== undefined) of(rule).hostile.push(each.name);
    }
    for (const rule of each.silent ?? []) of(rule).silent.push(each.name);
  }
  return out;
}
