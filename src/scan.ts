/** Whole files through the full pipeline on the log's own clock, without any effect outside. */
import { join } from 'node:path';
import type { Config } from './config/schema.ts';
import { labelOf } from './decoders/label-of.ts';
import { createSpine } from './engine/spine.ts';
import { createAtlas } from './geo/atlas.ts';
import type { StoredDetection } from './model/detection.ts';
import type { LineBatch, SourceRef } from './model/line.ts';
import { buildPipeline, type Pipeline } from './pipeline.ts';
import { createReplay } from './replay.ts';
import { readWholeFile } from './sources/whole-file.ts';
import { stateDirOf } from './state-dir.ts';
import type { DecisionRecord } from './store/store.ts';

/** How files are read. */
export interface ScanOptions {
  readonly config: Config;
  readonly program: string | null;
  readonly timezone: string | null;
  readonly year: number | null;
  readonly rulePaths: readonly string[];
}

/** What a scan found, in order. */
export interface ScanSink {
  detection(detection: StoredDetection): void;
  decision(decision: DecisionRecord): void;
  progress?(lines: number): void;
  fault(error: unknown, text: string): void;
}

/** Totals at the end. */
export interface ScanSummary {
  readonly lines: number;
  readonly decoded: number;
  readonly detections: number;
  readonly decisions: number;
  readonly elapsedMs: number;
}

/** Reads the files one after another as one history. */
export async function scanFiles(
  paths: readonly string[],
  options: ScanOptions,
  sink: ScanSink,
): Promise<{ summary: ScanSummary; pipeline: Pipeline }> {
  const started = performance.now();
  const atlas = createAtlas(options.config.geo.databases, join(stateDirOf(options.config), 'geo'), Date.now);
  await atlas.ready();
  const pipeline = buildPipeline(options.config, {
    persist: false,
    year: options.year,
    rulePaths: options.rulePaths,
    ...(atlas.isEmpty() ? {} : { countryOf: (ip: string) => atlas.of(ip).country }),
  });
  let decisions = 0;
  const replay = createReplay({
    // The logs may be another machine's, where these addresses mean nothing.
    settings: { ...options.config.decisions, protect_private: false },
    detection: (detection) => sink.detection(detection),
    decision(decision) {
      decisions++;
      sink.decision(decision);
    },
  });

  const decoders = new Map<string, ReturnType<Pipeline['decoderOf']>>();
  const spine = createSpine({
    detector: pipeline.detector,
    onEvent: replay.notice,
    onDetections: replay.consider,
    onFault: (error, text) => sink.fault(error, text),
    decoderOf(source: SourceRef) {
      let decoder = decoders.get(source.id);
      if (decoder === undefined) {
        decoder = pipeline.decoderOf(source);
        decoders.set(source.id, decoder);
      }
      return decoder;
    },
  });
  for (const path of paths) {
    const ref: SourceRef = {
      id: `file:${path}`,
      program: options.program ?? labelOf(path),
      timezone: options.timezone,
    };
    for await (const batch of readWholeFile(path, ref, { passOver: pipeline.skimOf(ref) })) take(batch);
  }

  function take(batch: LineBatch): void {
    spine.processBatch(batch);
    sink.progress?.(spine.totals.lines);
  }

  const { lines, decoded, detections } = spine.totals;
  return {
    pipeline,
    summary: { lines, decoded, detections, decisions, elapsedMs: Math.round(performance.now() - started) },
  };
}
