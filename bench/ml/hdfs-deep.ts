/**
 * HDFS sessions with the recurrent model, label-free: four networks, each trained without a quarter of the usual sessions, and a threshold
 * from the scores of the quarters left out. The last columns say what other risks than the default would have given.
 *   tools/node bench/ml/hdfs-deep.ts FOLDER [SEEDS] [NORMALS]
 * Precision is that at the true prevalence: NORMALS sessions are normal (half of 552,640 by default, as one half of the set is read).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createRandom } from '../../src/detectors/anomaly/models/random.ts';
import { SequenceGru } from '../../src/detectors/anomaly/models/sequence-gru.ts';
import { sequenceThreshold } from '../../src/detectors/anomaly/models/sequence-threshold.ts';
import { meanAndSd } from './read-sets.ts';

const [folder = '', seeds = '5', normals = '276320'] = process.argv.slice(2);
const read = (name: string) =>
  gunzipSync(readFileSync(join(folder, name)))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => line.split('\t'))
    .map(([, label, ids = '']) => ({ isBad: label === '1', ids: ids.split(' ').map(Number) }));
const usual = read('hdfs_train_normal.tsv.gz').map((each) => each.ids);
const test = read('hdfs_test.tsv.gz');
const seconds = (from: NodeJS.CpuUsage): number => {
  const used = process.cpuUsage(from);
  return (used.user + used.system) / 1e6;
};

const RISKS = [0.002, 0.003];

function run(seed: number) {
  const random = createRandom(seed);
  const shuffled = usual
    .map((ids) => ({ ids, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map((each) => each.ids);
  const started = process.cpuUsage();
  const { model, scores: usualScores } = SequenceGru.crossTrain(shuffled, { seed, epochs: 60 });
  const threshold = sequenceThreshold(usualScores);
  const trained = seconds(started);
  const from = process.cpuUsage();
  const scores = test.map(({ ids }) => model.scoreOf(ids));
  const rate = test.reduce((sum, { ids }) => sum + ids.length + 1, 0) / seconds(from);
  const others = RISKS.map((risk) => judge(scores, sequenceThreshold(usualScores, risk)).f1);
  return { trained, threshold, rate, ...judge(scores, threshold), others };
}

function judge(scores: readonly number[], threshold: number) {
  let [hits, bad, wrong] = [0, 0, 0];
  for (const [n, { isBad }] of test.entries()) {
    const told = scores[n]! > threshold;
    if (isBad) bad++;
    if (told && isBad) hits++;
    if (told && !isBad) wrong++;
  }
  const recall = hits / bad;
  const precision = hits / (hits + (wrong / (test.length - bad)) * Number(normals));
  return { wrong, recall, precision, f1: (2 * precision * recall) / (precision + recall) };
}

console.log(
  '| seed | training, CPU s | threshold | false positives | recall | precision | F1 | events/s | F1 at 0.002 | at 0.003 |',
);
console.log(`|${' --: |'.repeat(10)}`);
const all = Array.from({ length: Number(seeds) }, (_, n) => {
  const found = run(n + 1);
  const cells = [
    found.trained.toFixed(1),
    found.threshold.toFixed(2),
    found.wrong,
    found.recall.toFixed(4),
    found.precision.toFixed(4),
    found.f1.toFixed(4),
    `${Math.round(found.rate / 1000)}k`,
    ...found.others.map((each) => each.toFixed(4)),
  ];
  console.log(`| ${n + 1} | ${cells.join(' | ')} |`);
  return [found.f1, ...found.others];
});
const means = [0, 1, 2].map((column) => meanAndSd(all.map((each) => each[column]!)));
const [own, lower, higher] = means.map(({ mean, sd }) => `${mean.toFixed(4)} (sd ${sd.toFixed(4)})`);
console.log(`| mean | | | | | | ${own} | | ${lower} | ${higher} |`);
