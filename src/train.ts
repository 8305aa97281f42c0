/** Learning from whole files: every line that no rule accuses is shown to the anomaly detector. */
import type { Config } from './config/schema.ts';
import { type AnomalyDetector, createAnomalyDetector } from './detectors/anomaly/anomaly-detector.ts';
import { createDetect } from './detectors/detect.ts';
import { createSpine } from './engine/spine.ts';
import { type Log, silentLog } from './kit/log.ts';
import type { StateEntry } from './kit/state.ts';
import { buildPipeline } from './pipeline.ts';
import { readWholeFile } from './sources/whole-file.ts';
import type { Store } from './store/store.ts';

/** Learns from whole logs. */
export interface TrainOptions {
  readonly program: string | null;
  readonly timezone: string | null;
  /** Only so many bytes at the end of each file. */
  readonly lastBytes?: number;
}

/** A file to learn from, with what its source says of it. */
export interface TrainFile {
  readonly path: string;
  readonly program?: string | null;
  readonly timezone?: string | null;
}

/** The trained detector, not yet saved; `known` is what it learned before. */
export async function trainFrom(
  files: readonly TrainFile[],
  config: Config,
  options: TrainOptions,
  known: readonly StateEntry[] = [],
): Promise<{ detector: AnomalyDetector; lines: number }> {
  // Nobody is told during training: the budget is zero.
  const detector = createAnomalyDetector({ ...config.anomaly, alerts_per_day: 0 });
  detector.restore(known.flatMap(({ key, value }) => (value === null ? [] : [{ key, value }])));
  const pipeline = buildPipeline({ ...config, anomaly: { ...config.anomaly, enabled: false } }, { persist: false });
  const decoders = new Map<string, ReturnType<typeof pipeline.decoderOf>>();
  const spine = createSpine({
    detector: createDetect([pipeline.detector, detector]),
    decoderOf: (source) => {
      const decoder = decoders.get(source.id) ?? pipeline.decoderOf(source);
      decoders.set(source.id, decoder);
      return decoder;
    },
    onDetections: () => {},
    onFault: (error) => silentLog('error', String(error)),
  });
  for (const { path, program, timezone } of files) {
    const ref = { id: path, program: program ?? options.program, timezone: timezone ?? options.timezone };
    const read = options.lastBytes === undefined ? {} : { lastBytes: options.lastBytes };
    for await (const batch of readWholeFile(path, ref, read)) spine.processBatch(batch);
  }
  detector.settle();
  return { detector, lines: spine.totals.lines };
}

/** Keeps what was learned where the daemon finds it at its start. */
export function saveTrained(detector: AnomalyDetector, store: Store): void {
  saveDetectors(createDetect([detector]).drainDirty(), store);
}

/** Writes state of the detectors and nothing else. */
export function saveDetectors(entries: readonly StateEntry[], store: Store): void {
  store.commit({
    detections: [],
    decisions: [],
    refusals: [],
    alerts: [],
    checkpoints: new Map(),
    state: new Map([['detect', entries]]),
  });
}

/** What people called normal and what was told today is no learning. */
function isLearned(key: string): boolean {
  return key.startsWith('anomaly') && !key.endsWith('\u001dnormal') && !key.endsWith('\u001dbudget');
}

/** Bytes at the end of each log that a first start learns from: a few hundred thousand lines, about a second. */
const HISTORY_BYTES = 24 * 1024 * 1024;
const HISTORY_FILES = 8;

/** On a first start: learns from the logs there are. True when it did; false when something was learned before. */
export async function learnHistory(
  files: readonly TrainFile[],
  config: Config,
  store: Store,
  log: Log,
): Promise<boolean> {
  if (!config.anomaly.enabled || !config.anomaly.learn_from_history || files.length === 0) return false;
  for (const { key } of store.state('detect')) if (isLearned(key)) return false;
  const { detector, lines } = await trainFrom(files.slice(0, HISTORY_FILES), config, {
    program: null,
    timezone: config.timezone ?? null,
    lastBytes: HISTORY_BYTES,
  });
  saveTrained(detector, store);
  const { anomaly_programs: programs, anomaly_programs_learned: learned } = detector.stats();
  log('info', 'learned from the logs on disk', { lines, programs: programs ?? 0, learned: learned ?? 0 });
  return true;
}
