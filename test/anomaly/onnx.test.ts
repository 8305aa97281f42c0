/**
 * Files exported by PyTorch (`export-sample.py`) and scikit-learn (`export-forest.py`), run by the real runtime where it is installed;
 * `BEKCI_ONNXRUNTIME` may name its entry.
 * Without it the test says so, and that the fault is told well is tested all the same.
 */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openOnnx } from '../../src/detectors/anomaly/models/onnx-model.ts';

const FILE = join(import.meta.dirname, 'sample.onnx');
const runtime = process.env.BEKCI_ONNXRUNTIME ?? 'onnxruntime-node';
const isThere = await import(runtime).then(
  () => true,
  () => false,
);

it('says what to do when the runtime is missing', async () => {
  await expect(openOnnx(FILE, { features: 3, runtime: 'onnxruntime-absent' })).rejects.toMatchObject({
    code: 'ONNX_MISSING',
  });
});

it.skipIf(!isThere)('scores rows with a file exported by PyTorch', async () => {
  const model = await openOnnx(FILE, { features: 3, runtime });
  const scores = await model.score(Float64Array.from([1, 2, 3, 2, 2, 3, 1, 3, 5]));
  expect([...scores]).toEqual([0, 1, 5]);
  const turned = await openOnnx(FILE, { features: 3, runtime, lowerIsStranger: true });
  expect([...(await turned.score(Float64Array.from([2, 2, 3])))]).toEqual([-1]);
  await expect(openOnnx(FILE, { features: 3, runtime, output: 'absent' })).rejects.toMatchObject({
    code: 'ONNX_BROKEN',
  });
  await expect(openOnnx(import.meta.filename, { features: 3, runtime })).rejects.toMatchObject({ code: 'ONNX_BROKEN' });
  await model.close();
  await turned.close();
});

it.skipIf(!isThere)('scores rows as scikit-learn does with a forest it exported', async () => {
  const model = await openOnnx(join(import.meta.dirname, 'forest.onnx'), { features: 3, runtime });
  const scores = await model.score(Float64Array.from([0, 0, 0, 6, -6, 1, 0.041, 0.465, 0.396]));
  // What scikit-learn 1.9 printed while it exported.
  for (const [n, score] of [0.482919, 0.830661, 0.409993].entries()) expect(scores[n]).toBeCloseTo(score, 5);
  await model.close();
});

if (!isThere) console.log(`skipped: ${runtime} is not installed; it is an optional peer dependency`);
