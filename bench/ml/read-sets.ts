/** Reads the classical sets: CSV files with columns f0.. and a last column `label` (1 is an anomaly). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One set, rows flat. */
export interface LabelledSet {
  readonly name: string;
  readonly features: number;
  readonly rows: Float64Array;
  readonly labels: Uint8Array;
}

/** Every `N_name.csv` of a folder. */
export function readSets(folder: string): LabelledSet[] {
  return readdirSync(folder)
    .filter((name) => /^\d+_\w+\.csv$/.test(name))
    .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
    .map((name) => readSet(join(folder, name), name.slice(0, -4)));
}

function readSet(path: string, name: string): LabelledSet {
  const lines = readFileSync(path, 'utf8').trim().split('\n').slice(1);
  const features = lines[0]!.split(',').length - 1;
  const rows = new Float64Array(lines.length * features);
  const labels = new Uint8Array(lines.length);
  for (const [row, line] of lines.entries()) {
    const cells = line.split(',');
    for (let feature = 0; feature < features; feature++) rows[row * features + feature] = Number(cells[feature]);
    labels[row] = Number(cells[features]);
  }
  return { name, features, rows, labels };
}

/** Area under the ROC curve by ranks, ties shared (Mann-Whitney). */
export function areaUnderRoc(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const order = Array.from({ length: scores.length }, (_, index) => index).sort((a, b) => scores[a]! - scores[b]!);
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) end++;
    const rank = (start + 1 + end) / 2;
    for (let i = start; i < end; i++)
      if (labels[order[i]!] === 1) {
        positives++;
        rankSum += rank;
      }
    start = end;
  }
  const negatives = order.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Mean and sample standard deviation. */
export function meanAndSd(values: readonly number[]): { mean: number; sd: number } {
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
  const square = values.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  return { mean, sd: values.length < 2 ? 0 : Math.sqrt(square / (values.length - 1)) };
}
