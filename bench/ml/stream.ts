/**
 * Streams, label-free and prequential: each row is scored, then learned unless it looks stranger than 98 of 100 before it.
 *   tools/node bench/ml/stream.ts FOLDER
 * Rows come in a shuffled order, five seeds; the first 256 set the scale and are not judged.
 */
import { Loda } from '../../src/detectors/anomaly/models/loda.ts';
import { createRandom } from '../../src/detectors/anomaly/models/random.ts';
import { areaUnderRoc, type LabelledSet, meanAndSd, readSets } from './read-sets.ts';

const SEEDS = 5;
const FIRST = 256;
const MOST_ROWS = 20_000;

function shuffled(set: LabelledSet, seed: number): LabelledSet {
  const random = createRandom(seed);
  const order = Array.from(set.labels.keys());
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  const kept = order.slice(0, MOST_ROWS);
  const { features } = set;
  return {
    ...set,
    rows: Float64Array.from(kept.flatMap((row) => [...set.rows.subarray(row * features, (row + 1) * features)])),
    labels: Uint8Array.from(kept, (row) => set.labels[row]!),
  };
}

function stream({ rows, features, labels }: LabelledSet, seed: number): { area: number; rate: number } {
  const started = performance.now();
  const loda = new Loda(rows.slice(0, FIRST * features), features, { seed });
  const scores = new Float64Array(labels.length - FIRST);
  let gate = Number.POSITIVE_INFINITY;
  for (let row = FIRST; row < labels.length; row++) {
    const score = loda.score(rows, row * features);
    scores[row - FIRST] = score;
    if (row % 256 === 0 && row > FIRST)
      gate = scores.slice(Math.max(0, row - FIRST - 2048), row - FIRST).sort()[
        Math.floor(Math.min(2048, row - FIRST) * 0.98)
      ]!;
    if (score <= gate) loda.learn(rows, row * features);
  }
  const seconds = (performance.now() - started) / 1000;
  return { area: areaUnderRoc(scores, labels.subarray(FIRST)), rate: scores.length / seconds };
}

const means: number[] = [];
console.log('| set | rows | features | AUC | sd | rows/s |\n| --- | --: | --: | --: | --: | --: |');
for (const set of readSets(process.argv[2] ?? '')) {
  if (set.labels.length < 1000) continue;
  const runs = Array.from({ length: SEEDS }, (_, seed) => stream(shuffled(set, seed + 1), seed + 1));
  const { mean, sd } = meanAndSd(runs.map((run) => run.area));
  means.push(mean);
  const rate = Math.round(meanAndSd(runs.map((run) => run.rate)).mean / 1000);
  console.log(
    `| ${set.name} | ${Math.min(MOST_ROWS, set.labels.length)} | ${set.features} | ${mean.toFixed(3)} | ${sd.toFixed(3)} | ${rate}k |`,
  );
}
console.log(`| mean | | | ${meanAndSd(means).mean.toFixed(3)} | | |`);
