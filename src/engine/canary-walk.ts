/** Walks the canary's lines down the very same spine and past the very same door, and leaves no trace of them anywhere else. */
import type { Detection, StoredDetection } from '../model/detection.ts';
import type { LineBatch } from '../model/line.ts';
import { detectionId } from './detection-id.ts';
import type { Door } from './door.ts';
import type { Spine } from './spine.ts';

/** What the canary is told of its flight. */
export interface Canary {
  /** Id of the source its lines come from. */
  readonly source: string;
  /** Id of the rule that knows it. Whatever else in a log looks like a canary is none, and says nothing. */
  readonly rule: string;
  /** Lines of its source were read; they are walked next. */
  read(texts: readonly string[]): void;
  /** So many of them became events. */
  decoded(count: number): void;
  /** A detector spoke; what the door answered, null for no ban wanted. */
  found(detection: StoredDetection, answer: 'refused' | 'accepted' | null, code: string | null): void;
  /** What was read is in the store. */
  stored(): void;
}

/** The engine's side of the canary. */
export interface CanaryWalk {
  owns(batch: LineBatch): boolean;
  /** Walks a batch of its own. Counts nothing but faults. */
  walk(batch: LineBatch): void;
  /** True when a detection is the canary's or only looks like it: then nobody else hears of it. */
  takes(detection: Detection, batch: LineBatch): boolean;
  /** True while a line waits for a commit. */
  readonly waits: boolean;
  committed(): void;
}

/** Joins canary, spine and door; without a canary nothing is taken. */
export function createCanaryWalk(canary: Canary | undefined, spine: () => Spine, door: Door): CanaryWalk {
  let waits = false;

  function tell(detection: Detection): void {
    if (canary === undefined || detection.rule.id !== canary.rule) return;
    const stored: StoredDetection = { ...detection, id: detectionId(detection), lines: [] };
    const answer = door.consider(stored);
    if (answer === null) canary.found(stored, null, null);
    else if ('refusal' in answer) canary.found(stored, 'refused', answer.refusal.code);
    else {
      // The door must never let a canary in the way of anybody: at once out again.
      door.lift(answer.decision.ip);
      canary.found(stored, 'accepted', null);
    }
  }

  return {
    owns: (batch) => canary !== undefined && batch.source.id === canary.source,
    walk(batch) {
      const { totals } = spine();
      const { faults: _, ...before } = { ...totals };
      canary?.read(batch.texts);
      spine().processBatch(batch);
      canary?.decoded(totals.decoded - before.decoded);
      Object.assign(totals, before);
      waits = true;
    },
    takes(detection, batch) {
      if (canary === undefined) return false;
      if (batch.source.id === canary.source) tell(detection);
      else if (detection.rule.id !== canary.rule) return false;
      return true;
    },
    get waits() {
      return waits;
    },
    committed() {
      if (!waits) return;
      waits = false;
      canary?.stored();
    },
  };
}
