/** Whole files through the full pipeline on the log's own clock, without any effect outside. */
import type { Config } from './config/schema.ts';
import { allowlisted } from './decisions/protected.ts';
import { isDeclared } from './decoders/declared.ts';
import { createDoor } from './engine/accept-decision.ts';
import { detectionId } from './engine/detection-id.ts';
import { type DoorAnswer, flattenAnswer } from './engine/door.ts';
import { createSpine } from './engine/spine.ts';
import { silentLog } from './kit/log.ts';
import type { Detection, StoredDetection } from './model/detection.ts';
import type { LineBatch, SourceRef } from './model/line.ts';
import { buildPipeline, type Pipeline } from './pipeline.ts';
import { readWholeFile } from './sources/whole-file.ts';
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
  const pipeline = buildPipeline(options.config, { persist: false, year: options.year, rulePaths: options.rulePaths });
  const bans = new Map<string, number[]>();
  let decisions = 0;
  let lastExpiry = 0;
  const door = createDoor({
    settings: { ...options.config.decisions, protect_private: false, max_active: Number.MAX_SAFE_INTEGER },
    allowlist: allowlisted(options.config.decisions.allowlist),
    systemProtected: () => [],
    priorBans: (ip, since) => bans.get(ip)?.filter((at) => at > since).length ?? 0,
    active: [],
    mode: () => 'observe',
    now: () => Number.MAX_SAFE_INTEGER,
    log: silentLog,
    live: false,
  });

  function onDetections(found: readonly Detection[]): void {
    for (const detection of found) {
      const stored: StoredDetection = {
        ...detection,
        id: detectionId(detection),
        // Nothing of a scan shows the lines.
        lines: [],
      };
      sink.detection(stored);
      settle(door.consider(stored));
    }
  }

  function settle(answer: DoorAnswer | null): void {
    for (const decision of flattenAnswer(answer).decisions) {
      decisions++;
      const { ip, at } = decision;
      bans.set(ip, [...(bans.get(ip) ?? []), at].slice(-8));
      sink.decision(decision);
      if (at - lastExpiry <= 60_000) continue;
      lastExpiry = at;
      door.expire(at);
    }
  }

  const decoders = new Map<string, ReturnType<Pipeline['decoderOf']>>();
  const spine = createSpine({
    detector: pipeline.detector,
    onEvent(event) {
      const late = door.notice(event);
      if (late !== null) settle(late.answer);
    },
    onDetections,
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
      program: options.program ?? programOf(path),
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

/** The label a path suggests, for logs whose lines do not say what wrote them. */
export function programOf(path: string): string | null {
  if (/(^|[/_.-])nginx/.test(path)) return 'nginx';
  if (/(^|[/_.-])(apache2?|httpd)/.test(path)) return 'apache';
  // `vsftpd.log`, `vsftpd.log.1.gz`, `vsftpd-20261124.log`: the file is called like the program.
  const name = /([^/]+?)(?:[.-]\d{8})?(?:\.log)?(?:\.\d{1,4})?(?:\.(?:gz|zst|bz2|xz))?$/.exec(path)?.[1];
  return name !== undefined && isDeclared(name) ? name : null;
}
