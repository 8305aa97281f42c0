/**
 * Streams, label-free and prequential: each row is scored, then learned unless it looks stranger than 98 of 100 before it.
 *   tools/node bench/ml/stream.ts FOLDER
 * Rows come in a shuffled order, five seeds; the first 256 set the scale and are not judged.
 */
import { IsolationForest } from '../../src/detectors/anomaly/models/isolation-forest.ts';
import { Loda } from '../../src/detectors/anomaly/models/loda.ts';
import { createRandom } from '../../src/detectors/anomaly/models/random.ts';
import { StreamEnsemble } from '../../src/detectors/anomaly/models/stream-ensemble.ts';
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

type Make = (first: Float64Array, features: number, seed: number) => Pick<Loda, 'score' | 'learn'>;

const DETECTORS: Readonly<Record<string, Make>> = {
  LODA: (first, features, seed) => new Loda(first, features, { seed }),
  ensemble: (first, features, seed) => new StreamEnsemble(first, features, { seed }),
};

function stream({ rows, features, labels }: LabelledSet, seed: number, make: Make): { area: number; rate: number } {
  const started = process.cpuUsage();
  const loda = make(rows.slice(0, FIRST * features), features, seed);
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
  const used = process.cpuUsage(started);
  const seconds = (used.user + used.system) / 1e6;
  return { area: areaUnderRoc(scores, labels.subarray(FIRST)), rate: scores.length / seconds };
}

const sets = readSets(process.argv[2] ?? '').filter((set) => set.labels.length >= 1000);
/** What a whole forest reaches that sees all rows at once says which sets allow it. */
const ALLOWS = 0.8;
const runs = sets.map((set) => {
  const batch = meanAndSd(
    Array.from({ length: SEEDS }, (_, seed) =>
      areaUnderRoc(IsolationForest.fit(set.rows, set.features, { seed }).score(set.rows), set.labels),
    ),
  ).mean;
  const found = Object.entries(DETECTORS).map(([name, make]) => {
    const all = Array.from({ length: SEEDS }, (_, seed) => stream(shuffled(set, seed + 1), seed + 1, make));
    const { mean, sd } = meanAndSd(all.map((run) => run.area));
    return { name, mean, sd, rate: meanAndSd(all.map((run) => run.rate)).mean };
  });
  return { set, batch, found };
});
const names = Object.keys(DETECTORS);
console.log(`| set | rows | batch forest |${names.map((name) => ` ${name} | sd | rows/s |`).join('')}`);
console.log(`| --- | --: | --: |${names.map(() => ' --: | --: | --: |').join('')}`);
for (const { set, batch, found } of runs) {
  const cells = found.map(
    ({ mean, sd, rate }) => ` ${mean.toFixed(3)} | ${sd.toFixed(3)} | ${Math.round(rate / 1000)}k |`,
  );
  console.log(`| ${set.name} | ${Math.min(MOST_ROWS, set.labels.length)} | ${batch.toFixed(3)} |${cells.join('')}`);
}
for (const [title, some] of [
  ['mean of all', runs],
  [`mean where the batch forest reaches ${ALLOWS}`, runs.filter((each) => each.batch >= ALLOWS)],
] as const) {
  const mean = (values: number[]): string => meanAndSd(values).mean.toFixed(3);
  const cells = names.map((_, n) => ` ${mean(some.map((each) => each.found[n]!.mean))} | | |`);
  console.log(`| ${title} | | ${mean(some.map((each) => each.batch))} |${cells.join('')}`);
}
