/** What was done by a person can be taken back for a minute. Kept in memory: bounded, and gone with a restart. */
import { randomBytes } from 'node:crypto';

/** How long, in ms. */
export const UNDO_MS = 60_000;
const MAX_KEPT = 500;

/** The ways back. */
export interface Undo {
  /** Keeps a way back. */
  add(back: () => number): { readonly undo: string; readonly undoUntil: number };
  /** Goes one way back, once; null when there is none any more. Else how many things it changed. */
  take(token: string): number | null;
}

/** Ways back over a clock. */
export function createUndo(now: () => number): Undo {
  const kept = new Map<string, { readonly back: () => number; readonly until: number }>();
  return {
    add(back) {
      for (const [token, each] of kept) if (each.until <= now() || kept.size >= MAX_KEPT) kept.delete(token);
      const undo = randomBytes(18).toString('base64url');
      const until = now() + UNDO_MS;
      kept.set(undo, { back, until });
      return { undo, undoUntil: until };
    },
    take(token) {
      const found = kept.get(token);
      kept.delete(token);
      return found === undefined || found.until <= now() ? null : found.back();
    },
  };
}
