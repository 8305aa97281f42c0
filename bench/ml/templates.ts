/**
 * Template mining: grouping accuracy on loghub lines (share of lines whose group is exactly the labelled one), and lines a CPU second, by a
 * miner that knows nothing yet and by one that has seen the messages: the best of several rounds each, once the compiler is warm.
 *   tools/node bench/ml/templates.ts FOLDER     FOLDER holds `lines.jsonl.gz`
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { TemplateMiner } from '../../src/detectors/anomaly/models/template-miner.ts';
import { meanAndSd } from './read-sets.ts';

interface LabelledLine {
  readonly service: string;
  readonly content: string;
  readonly event_id: string;
  readonly template_corrected?: string;
}

const [folder = ''] = process.argv.slice(2);
const lines = gunzipSync(readFileSync(join(folder, 'lines.jsonl.gz')))
  .toString('utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as LabelledLine);

function groupingAccuracy(found: readonly number[], labels: readonly string[]): number {
  const [byFound, byLabel] = [Map.groupBy(found.keys(), (n) => found[n]), Map.groupBy(found.keys(), (n) => labels[n])];
  let right = 0;
  for (const group of byFound.values()) {
    const theirs = byLabel.get(labels[group[0]!])!;
    if (theirs.length === group.length && group.every((n) => labels[n] === labels[group[0]!])) right += group.length;
  }
  return right / found.length;
}

const ROUNDS = 15;

/** Thousand lines a CPU second, the best round's. */
function speedOf(own: readonly LabelledLine[], times: number, make: () => TemplateMiner): number {
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const miner = make();
    const started = process.cpuUsage();
    for (let n = 0; n < times; n++) for (const line of own) miner.mine(line.content);
    const { user, system } = process.cpuUsage(started);
    best = Math.max(best, (own.length * times * 1000) / (user + system));
  }
  return best;
}

const accuracies: number[] = [];
console.log(
  '| set | lines | templates | grouping accuracy | lines/s, at first sight | known |\n| --- | --: | --: | --: | --: | --: |',
);
for (const [service, own] of Map.groupBy(lines, (line) => line.service)) {
  const miner = new TemplateMiner();
  // Grouped when all is read: a template may widen while it is learned.
  for (const line of own) miner.mine(line.content);
  const found = own.map((line) => miner.mine(line.content));
  const accuracy = groupingAccuracy(
    found,
    own.map((line) => line.event_id),
  );
  accuracies.push(accuracy);
  const fresh = speedOf(own, 1, () => new TemplateMiner());
  const known = speedOf(own, 20, () => miner);
  console.log(
    `| ${service} | ${own.length} | ${new Set(found).size} of ${new Set(own.map((line) => line.event_id)).size} | ${accuracy.toFixed(3)} | ${Math.round(fresh)}k | ${Math.round(known)}k |`,
  );
}
console.log(`| mean | ${lines.length} | | ${meanAndSd(accuracies).mean.toFixed(3)} | | |`);
