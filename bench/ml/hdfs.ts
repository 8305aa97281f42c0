/**
 * HDFS sessions, label-free: count vectors with varying templates, beside the baseline "count vector seen in training".
 *   tools/node bench/ml/hdfs.ts FOLDER [NORMALS]
 * Precision is that at the true prevalence: NORMALS sessions are normal (half of 552,640 by default, as one half of the set is read).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createRandom } from '../../src/detectors/anomaly/models/random.ts';
import { SessionNovelty } from '../../src/detectors/anomaly/models/session-novelty.ts';
import { meanAndSd } from './read-sets.ts';

const [folder = '', normals = '276320'] = process.argv.slice(2);
const read = (name: string) =>
  gunzipSync(readFileSync(join(folder, name)))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => line.split('\t'))
    .map(([, label, ids = '']) => ({ isBad: label === '1', ids: ids.split(' ').map(Number) }));
const train = read('hdfs_train_normal.tsv.gz').map((each) => each.ids);
const test = read('hdfs_test.tsv.gz');

function measure(sessions: readonly number[][], least: number) {
  const novelty = new SessionNovelty();
  for (const ids of sessions) novelty.learn(ids);
  let [hits, bad, wrong] = [0, 0, 0];
  for (const { isBad, ids } of test) {
    const told = novelty.judge(ids).score >= least;
    if (isBad) bad++;
    if (told && isBad) hits++;
    if (told && !isBad) wrong++;
  }
  const recall = hits / bad;
  const precision = hits / (hits + (wrong / (test.length - bad)) * Number(normals));
  return { recall, wrong, f1: (2 * precision * recall) / (precision + recall) };
}

function draw(size: number, seed: number): number[][] {
  const random = createRandom(seed);
  const pool = [...train];
  return Array.from({ length: size }, () => pool.splice(Math.floor(random() * pool.length), 1)[0]!);
}

console.log('| learned from | draws | false positives | recall | F1 mean | F1 sd | baseline: false positives | F1 |');
console.log('| --: | --: | --: | --: | --: | --: | --: | --: |');
for (const size of [100, 200, 500, 1000, 2000, train.length]) {
  const draws = size === train.length ? [train] : Array.from({ length: 10 }, (_, seed) => draw(size, seed + 1));
  const ours = draws.map((sessions) => measure(sessions, 1));
  const plain = draws.map((sessions) => measure(sessions, 0.5));
  const mean = (values: number[]): number => meanAndSd(values).mean;
  const f1 = meanAndSd(ours.map((each) => each.f1));
  console.log(
    `| ${size} | ${draws.length} | ${mean(ours.map((each) => each.wrong)).toFixed(1)} | ${mean(ours.map((each) => each.recall)).toFixed(4)} | ${f1.mean.toFixed(3)} | ${f1.sd.toFixed(3)} | ${mean(plain.map((each) => each.wrong)).toFixed(1)} | ${mean(plain.map((each) => each.f1)).toFixed(3)} |`,
  );
}
