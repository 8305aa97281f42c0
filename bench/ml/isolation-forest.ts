/**
 * Isolation Forest beside scikit-learn: ROC-AUC on the classical sets, and speed in one interleaved run on one thread.
 *   tools/node bench/ml/isolation-forest.ts FOLDER [PYTHON]
 * FOLDER holds `N_name.csv` and scikit-learn's figures in `iforest_sklearn.csv`; PYTHON is a Python with scikit-learn.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { IsolationForest } from '../../src/detectors/anomaly/models/isolation-forest.ts';
import { createRandom } from '../../src/detectors/anomaly/models/random.ts';
import { areaUnderRoc, meanAndSd, readSets } from './read-sets.ts';

const SEEDS = 10;
const [folder = '', python] = process.argv.slice(2);

parity();
if (python !== undefined) await speed(python);

function parity(): void {
  const theirs = new Map(
    readFileSync(join(folder, 'iforest_sklearn.csv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => {
        const cells = line.split(',');
        return [cells[0]!, { mean: Number(cells[4]), sd: Number(cells[5]) }];
      }),
  );
  console.log('| set | AUC | sd | scikit-learn | sd | standard errors apart |\n| --- | --: | --: | --: | --: | --: |');
  const means: number[] = [];
  for (const set of readSets(folder)) {
    const areas = Array.from({ length: SEEDS }, (_, seed) =>
      areaUnderRoc(IsolationForest.fit(set.rows, set.features, { seed }).score(set.rows), set.labels),
    );
    const ours = meanAndSd(areas);
    const other = theirs.get(set.name)!;
    const error = Math.sqrt((ours.sd ** 2 + other.sd ** 2) / SEEDS);
    means.push(ours.mean);
    const cells = [ours.mean, ours.sd, other.mean, other.sd].map((each) => each.toFixed(4));
    console.log(`| ${set.name} | ${cells.join(' | ')} | ${((ours.mean - other.mean) / error).toFixed(1)} |`);
  }
  const theirMean = meanAndSd([...theirs.values()].map((each) => each.mean)).mean;
  console.log(`| mean | ${meanAndSd(means).mean.toFixed(4)} | | ${theirMean.toFixed(4)} | | |`);
}

async function speed(command: string): Promise<void> {
  const child = spawn(command, [join(import.meta.dirname, 'sklearn_speed.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value: version } = await answers.next();
  const random = createRandom(11);
  const features = 12;
  const rows = new Float64Array(50_000 * features).map(() => random() + random() + random());
  const rounds: { ours: ReturnType<typeof timeOurs>; theirs: Record<string, number> }[] = [];
  for (let round = 0; round < 7; round++) {
    const ours = timeOurs(rows, features, round);
    child.stdin.write(`${round}\n`);
    rounds.push({ ours, theirs: JSON.parse(String((await answers.next()).value)) as Record<string, number> });
  }
  child.stdin.end();
  const middle = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;
  console.log(
    `\n| 50,000 rows of 12, 100 trees x 256, median of 7 rounds | ours | scikit-learn ${version} |\n| --- | --: | --: |`,
  );
  for (const [key, name] of [
    ['rowsPerSecond', 'batch, rows/s'],
    ['oneUs', 'one row, us (p50)'],
    ['fitMs', 'fit, ms'],
    ['explainUs', 'explain one row, us (p50)'],
  ] as const) {
    const theirs =
      rounds[0]!.theirs[key] === undefined ? '' : middle(rounds.map((each) => each.theirs[key]!)).toFixed(1);
    console.log(`| ${name} | ${middle(rounds.map((each) => each.ours[key])).toFixed(1)} | ${theirs} |`);
  }
}

function timeOurs(rows: Float64Array, features: number, seed: number) {
  const started = performance.now();
  const forest = IsolationForest.fit(rows, features, { seed });
  const fitted = performance.now();
  forest.score(rows);
  const scored = performance.now();
  const p50 = (work: (row: Float64Array) => unknown): number => {
    const times = Array.from({ length: 2000 }, (_, n) => {
      const row = rows.subarray(n * features, (n + 1) * features);
      const from = performance.now();
      work(row);
      return (performance.now() - from) * 1000;
    });
    return times.sort((a, b) => a - b)[1000]!;
  };
  return {
    fitMs: fitted - started,
    rowsPerSecond: rows.length / features / ((scored - fitted) / 1000),
    oneUs: p50((row) => forest.scoreOne(row)),
    explainUs: p50((row) => forest.explain(row)),
  };
}
