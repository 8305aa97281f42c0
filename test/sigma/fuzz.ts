/**
 * The index against the plain evaluator, over random rule sets and events.
 *   tools/node test/sigma/fuzz.ts [PAIRS] [SEED]
 */
import { stringify } from 'yaml';
import type { EventRule, FilterRule } from '../../src/detectors/sigma/ast.ts';
import { loadRules } from '../../src/detectors/sigma/load.ts';
import { parseSigma } from '../../src/detectors/sigma/parse.ts';
import { createRuleTable } from '../../src/detectors/sigma/rule-index.ts';
import type { LinkedRule } from '../../src/detectors/sigma/rule-set.ts';
import { createRandom, randomEvent, randomFilter, randomRule } from './random-rules.ts';
import { ruleMatches } from './reference.ts';

const EVENTS_PER_SET = 100;

/** Result of a run. */
export interface FuzzResult {
  readonly pairs: number;
  readonly matches: number;
  /** The first disagreement, ready to read; null when there is none. */
  readonly fault: string | null;
}

/** Compares answers for so many (rule set, event) pairs. */
export function fuzzIndex(pairs: number, seed: number): FuzzResult {
  let done = 0;
  let matches = 0;
  for (let round = 0; done < pairs; round++) {
    const random = createRandom(seed + round * 7919);
    const ids = Array.from({ length: 1 + random.below(10) }, (_, n) => `rule-${n}`);
    const written = ids.map((id) => randomRule(random, id));
    if (random.chance(0.2)) written.push(randomFilter(random, 'filter', ids));
    const files = written.map((each, n) => ({ path: `${n}.yml`, text: stringify(each) }));
    const { set, errors } = loadRules(files);
    if (errors.length > 0)
      return { pairs: done, matches, fault: `${errors[0]!.message}\n${files.map((f) => f.text).join('---\n')}` };
    const parsed = files.flatMap((file) => parseSigma(file.text, file.path));
    const rules = parsed.filter((each): each is EventRule => each.type === 'rule');
    const filters = parsed.filter((each): each is FilterRule => each.type === 'filter');
    const table = createRuleTable(set.rules, 1 + random.below(3), random.pick([0, 20]));
    for (let n = 0; n < EVENTS_PER_SET; n++, done++) {
      const event = randomEvent(random);
      const out: LinkedRule[] = [];
      table.match(event, out);
      const got = out.map((rule) => rule.info.id);
      const wanted = rules
        .filter((rule) =>
          ruleMatches(
            rule,
            filters.filter((filter) => applies(filter, rule)),
            event,
          ),
        )
        .map((rule) => rule.id);
      matches += wanted.length;
      if (got.join() !== wanted.join())
        return {
          pairs: done,
          matches,
          fault: `seed ${seed + round * 7919}: index says [${got}], evaluator [${wanted}]\n${JSON.stringify(event)}\n${files
            .filter(
              (_, index) => got.includes(`rule-${index}`) !== wanted.includes(`rule-${index}`) || index >= ids.length,
            )
            .map((file) => file.text)
            .join('---\n')}`,
        };
    }
  }
  return { pairs: done, matches, fault: null };
}

function applies(filter: FilterRule, rule: EventRule): boolean {
  const named = filter.rules === null || filter.rules.includes(rule.id);
  return named && (filter.logsource.category === null || filter.logsource.category === rule.logsource.category);
}

if (import.meta.main) {
  const started = performance.now();
  const { pairs, matches, fault } = fuzzIndex(Number(process.argv[2] ?? 1_000_000), Number(process.argv[3] ?? 1));
  console.log(`${pairs} pairs, ${matches} matches, ${Math.round((performance.now() - started) / 1000)} s`);
  if (fault !== null) {
    console.error(fault);
    process.exitCode = 1;
  }
}
