/** Learning from whole files: every line that no rule accuses is shown to the anomaly detector. */
import { join } from 'node:path';
import type { Config } from './config/schema.ts';
import { type AnomalyDetector, createAnomalyDetector } from './detectors/anomaly/anomaly-detector.ts';
import { createDetect } from './detectors/detect.ts';
import { createSpine } from './engine/spine.ts';
import { silentLog } from './kit/log.ts';
import { buildPipeline } from './pipeline.ts';
import { readWholeFile } from './sources/whole-file.ts';
import { openStore } from './store/sqlite/sqlite-store.ts';
import type { Store } from './store/store.ts';

/** Where from, where to. */
export interface TrainOptions {
  readonly stateDir: string;
  readonly program: string | null;
  readonly timezone: string | null;
}

/** The trained detector, not yet saved, and the open store. */
export async function trainFrom(
  files: readonly string[],
  config: Config,
  options: TrainOptions,
): Promise<{ detector: AnomalyDetector; lines: number; store: Store }> {
  const store = openStore(join(options.stateDir, 'bekci.db'));
  // Nobody is told during training: the budget is zero.
  const detector = createAnomalyDetector({ ...config.anomaly, alerts_per_day: 0 });
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
  for (const file of files) {
    for await (const batch of readWholeFile(file, { id: file, program: options.program, timezone: options.timezone }))
      spine.processBatch(batch);
  }
  return { detector, lines: spine.totals.lines, store };
}
