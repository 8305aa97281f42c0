/** The spine: every line of a batch is decoded and looked at, synchronously, with nothing allocated for a dull one. */
import type { Detector, LinePlace, LineWatcher } from '../detectors/detector.ts';
import type { Detection } from '../model/detection.ts';
import type { LineBatch, SourceRef } from '../model/line.ts';
import { type LogEvent, NO_FIELDS } from '../model/log-event.ts';

/** What the spine asks of a decoder. */
export interface LineToEvent {
  decode(text: string, nowMs: number, bytes?: Uint8Array | null, start?: number): LogEvent | null;
}

/** The parts of a spine. */
export interface SpineParts {
  decoderOf(source: SourceRef): LineToEvent;
  readonly detector: Detector;
  /** Every event, before the detectors see it. */
  onEvent?(event: LogEvent): void;
  /** Called while the line is under the lamp; the array is emptied afterwards. */
  onDetections(found: readonly Detection[], batch: LineBatch): void;
  /** A decoder or detector threw: a fault of ours. The line is skipped. */
  onFault(error: unknown, text: string): void;
}

/** Running totals, read by status and metrics. */
export interface SpineTotals {
  lines: number;
  decoded: number;
  /** Events that say more than their envelope: a decoder knew the message. */
  told: number;
  detections: number;
  faults: number;
  /** Time of the newest event seen, ms since the epoch; 0 before the first. */
  lastEventAt: number;
}

/** Looks at whole batches. */
export interface Spine {
  processBatch(batch: LineBatch): void;
  readonly totals: SpineTotals;
}

/** Joins decoder and detectors into the walk of a line. */
export function createSpine(parts: SpineParts): Spine {
  const totals: SpineTotals = { lines: 0, decoded: 0, told: 0, detections: 0, faults: 0, lastEventAt: 0 };
  const place: LinePlace = { source: '', generation: '', offset: 0, text: '' };
  const found: Detection[] = [];
  const { detector } = parts;

  /** Shows a raw line to those who watch its source. */
  function show(watcher: LineWatcher, text: string, offset: number, batch: LineBatch): void {
    place.offset = offset;
    place.text = text;
    watcher(text, batch.readAt, place, found);
    if (found.length === 0) return;
    totals.detections += found.length;
    parts.onDetections(found, batch);
    found.length = 0;
  }

  function processFrom(start: number, batch: LineBatch, decoder: LineToEvent, watcher: LineWatcher | null): number {
    const { texts, offsets, readAt, bytes = null, bytesAt = 0 } = batch;
    let index = start;
    try {
      for (; index < texts.length; index++) {
        const text = texts[index]!;
        if (watcher !== null) show(watcher, text, offsets[index]!, batch);
        const event = decoder.decode(text, readAt, bytes, offsets[index]! - bytesAt);
        if (event === null) continue;
        totals.decoded++;
        if (event.fields !== NO_FIELDS) totals.told++;
        totals.lastEventAt = event.time;
        parts.onEvent?.(event);
        place.offset = offsets[index]!;
        place.text = text;
        detector.detect(event, place, found);
        if (found.length === 0) continue;
        totals.detections += found.length;
        parts.onDetections(found, batch);
        found.length = 0;
      }
    } catch (error) {
      totals.faults++;
      found.length = 0;
      parts.onFault(error, texts[index] ?? '');
      index++;
    }
    return index;
  }

  return {
    totals,
    processBatch(batch) {
      place.source = batch.source.id;
      place.generation = batch.generation;
      const decoder = parts.decoderOf(batch.source);
      const watcher = detector.watcherOf?.(batch.source) ?? null;
      const passed = batch.passed ?? 0;
      totals.lines += batch.texts.length + passed;
      totals.decoded += passed;
      for (let next = 0; next < batch.texts.length; ) next = processFrom(next, batch, decoder, watcher);
      place.text = '';
    },
  };
}
