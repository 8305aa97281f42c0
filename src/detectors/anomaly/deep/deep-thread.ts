/** The thread of deep models: scores what it is given, trains in between, and stands back for everything else on the machine. */
import { parentPort, workerData } from 'node:worker_threads';
import { stepBack } from '../../../kit/thread.ts';
import { DeepCore } from './deep-core.ts';
import { type DeepBatch, type DeepTask, type DeepWord, KEEP } from './words.ts';

/** Longest stretch of training before new events are looked at. */
const STRETCH_MS = 5;
const TELL_EVERY_MS = 1000;
const SAVE_EVERY_MS = 600_000;

const tell = (word: DeepWord): void => parentPort?.postMessage(word);
const core = new DeepCore(workerData as DeepTask, tell);
const started = core.start();
let training: Generator<void, void> | null = null;
let toldAt = 0;
let savedAt = performance.now();
let lastTime = 0;
let later: NodeJS.Timeout | null = null;

function tellState(): void {
  toldAt = performance.now();
  if (later !== null) clearTimeout(later);
  later = null;
  const busyMs = Math.round(performance.eventLoopUtilization().active);
  tell({ kind: 'state', states: core.states(), training: training !== null, busyMs });
}

function save(): void {
  savedAt = performance.now();
  for (const [key, value] of core.saved()) tell({ kind: 'save', key, value });
}

function goOn(): void {
  if (training === null) return;
  const from = performance.now();
  while (performance.now() - from < STRETCH_MS) {
    if (training.next().done !== true) continue;
    training = null;
    save();
    tellState();
    return;
  }
  setImmediate(goOn);
}

function trainWhenDue(): void {
  if (training !== null || core.sequence === null || !core.sequence.isDue(lastTime)) return;
  training = core.sequence.train(lastTime);
  tellState();
  goOn();
}

parentPort?.on('message', async (batch: DeepBatch | typeof KEEP) => {
  await started;
  if (batch === KEEP) {
    save();
    tell({ kind: 'kept' });
    return;
  }
  lastTime = Math.max(lastTime, batch.time);
  tell(await core.take(batch));
  trainWhenDue();
  const now = performance.now();
  if (now - toldAt >= TELL_EVERY_MS) tellState();
  else later ??= setTimeout(tellState, TELL_EVERY_MS);
  if (now - savedAt >= SAVE_EVERY_MS) save();
});

stepBack();
void started.then(tellState);
