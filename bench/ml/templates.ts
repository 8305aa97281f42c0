/**
 * Template mining: grouping accuracy on loghub lines (share of lines whose group is exactly the labelled one), and speed.
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

const accuracies: number[] = [];
console.log('| set | lines | templates | grouping accuracy | lines/s |\n| --- | --: | --: | --: | --: |');
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
  const started = performance.now();
  let mined = 0;
  while (performance.now() - started < 200) for (const line of own) mined += Math.min(1, miner.mine(line.content) + 1);
  const speed = mined / ((performance.now() - started) / 1000);
  console.log(
    `| ${service} | ${own.length} | ${new Set(found).size} of ${new Set(own.map((line) => line.event_id)).size} | ${accuracy.toFixed(3)} | ${Math.round(speed / 1000)}k |`,
  );
}
console.log(`| mean | ${lines.length} | | ${meanAndSd(accuracies).mean.toFixed(3)} | |`);
