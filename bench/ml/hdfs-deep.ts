/**
 * HDFS sessions with the recurrent model, label-free: trained on four fifths of the usual sessions, its threshold from the last fifth.
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

function run(seed: number) {
  const random = createRandom(seed);
  const shuffled = usual
    .map((ids) => ({ ids, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map((each) => each.ids);
  const cut = Math.floor(shuffled.length * 0.8);
  const started = process.cpuUsage();
  const model = SequenceGru.train(shuffled.slice(0, cut), { seed });
  const trained = seconds(started);
  const threshold = sequenceThreshold(shuffled.slice(cut).map((ids) => model.scoreOf(ids)));
  const from = process.cpuUsage();
  let [hits, bad, wrong, events] = [0, 0, 0, 0];
  for (const { isBad, ids } of test) {
    events += ids.length + 1;
    const told = model.scoreOf(ids) > threshold;
    if (isBad) bad++;
    if (told && isBad) hits++;
    if (told && !isBad) wrong++;
  }
  const rate = events / seconds(from);
  const recall = hits / bad;
  const precision = hits / (hits + (wrong / (test.length - bad)) * Number(normals));
  return { trained, threshold, rate, wrong, recall, precision, f1: (2 * precision * recall) / (precision + recall) };
}

console.log('| seed | training, CPU s | threshold | false positives | recall | precision | F1 | events/s |');
console.log('| --: | --: | --: | --: | --: | --: | --: | --: |');
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
  ];
  console.log(`| ${n + 1} | ${cells.join(' | ')} |`);
  return found.f1;
});
const { mean, sd } = meanAndSd(all);
console.log(`| mean | | | | | | ${mean.toFixed(4)} (sd ${sd.toFixed(4)}) | |`);
