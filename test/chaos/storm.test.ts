/** The storm in short: killed, stopped, flushed, out of disk, locked out of its store, with a clock that jumps, and still exact. */
import { expect, it } from 'vitest';
import { storm } from './storm.ts';

it('finds, decides and blocks what an undisturbed run does, and counts each line once', {
  timeout: 110_000,
}, async () => {
  // Always the same here; `tools/node test/chaos/run.ts --full --seed N` takes any.
  const seed = 11;
  const report = await storm({ seed, kills: 8, rotations: 8, linesPerStep: 200, stopMs: 1500 });
  for (const reason of report.skipped) console.log(`skipped in part: ${reason}`);
  const where = `seed ${seed}: ${JSON.stringify(report.events)} ${report.complaints.join(' ')}`;
  expect(report.linesCounted, where).toBe(report.linesWritten);
  expect(report.detections.calm.length).toBeGreaterThan(20);
  expect(report.detections.storm, where).toEqual(report.detections.calm);
  expect(report.decisions.storm, where).toEqual(report.decisions.calm);
  if (report.kernel !== null) {
    expect(
      report.active.filter((each) => !each.endsWith(' applied')),
      where,
    ).toEqual([]);
    expect(report.kernel, where).toEqual(report.active.map((each) => each.split(' ')[0]));
  }
  expect(report.peakMiB).toBeLessThan(400);
});
