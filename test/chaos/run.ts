/** `tools/node test/chaos/run.ts [--full] [--seed N]`: the storm by hand; prints what it left and fails when anything differs. */
import { storm } from './storm.ts';

const seedAt = process.argv.indexOf('--seed');
const seed = seedAt < 0 ? Date.now() & 0xffff : Number(process.argv[seedAt + 1]);
const full = process.argv.includes('--full');
const report = await storm(
  full
    ? { seed, kills: 200, rotations: 50, linesPerStep: 400, stopMs: 30_000 }
    : { seed, kills: 12, rotations: 8, linesPerStep: 200, stopMs: 3_000 },
);
const { detections, decisions, kernel, active, complaints, ...rest } = report;
const minus = (one: readonly string[], other: readonly string[]): string[] =>
  one.filter((each) => !other.includes(each));
const faults = {
  linesMissing: report.linesWritten - report.linesCounted,
  detectionsMissing: minus(detections.calm, detections.storm),
  detectionsExtra: minus(detections.storm, detections.calm),
  decisionsMissing: minus(decisions.calm, decisions.storm),
  decisionsExtra: minus(decisions.storm, decisions.calm),
  notApplied: kernel === null ? [] : active.filter((each) => !each.endsWith(' applied')),
  kernelMissing:
    kernel === null
      ? []
      : minus(
          active.map((each) => each.split(' ')[0]!),
          kernel,
        ),
  kernelExtra:
    kernel === null
      ? []
      : minus(
          kernel,
          active.map((each) => each.split(' ')[0]!),
        ),
};
const well = Object.values(faults).every((each) => (typeof each === 'number' ? each === 0 : each.length === 0));
console.log(
  JSON.stringify({ ...rest, found: detections.storm.length, decided: decisions.storm.length, well }, null, 1),
);
if (!well) console.log(complaints.join('\n'));
if (!well) console.log(JSON.stringify(faults, null, 1).slice(0, 6000));
process.exitCode = well ? 0 : 1;
