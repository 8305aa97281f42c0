/** The worker thread that measures what each rule in use costs, on the lines of the bundled rules' cases. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Config } from './config/schema.ts';
import { bundledMappings } from './detectors/sigma/mappings.ts';
import { stepBack } from './kit/thread.ts';
import { BUNDLED_RULES, rulesInUse } from './rules-in-use.ts';
import { caseFilesOf, readCases } from './workbench/cases.ts';
import { createCosts, sampleEvents } from './workbench/rule-cost.ts';

/** What the thread is given: a configuration, and rule files besides. */
export interface CostTask {
  readonly config: Config;
  readonly paths: readonly string[];
}
/** Microseconds of processor time of one event, of each rule that an example is at hand for. */
export interface RuleCost {
  readonly id: string;
  readonly micros: number;
}

stepBack();
const { config, paths } = workerData as CostTask;
const costOf = createCosts(sampleEvents(readCases(caseFilesOf([BUNDLED_RULES]))), bundledMappings());
const costs = rulesInUse(config, { paths }).set.rules.flatMap((rule): RuleCost[] => {
  const micros = costOf(rule);
  return micros === null ? [] : [{ id: rule.info.id, micros: Number(micros.toFixed(3)) }];
});
parentPort?.postMessage(costs);
