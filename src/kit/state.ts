/** How a part of the spine that remembers something takes part in the engine's one transaction. */

/** One remembered thing: written when it changed, deleted when `value` is null. */
export interface StateEntry {
  readonly key: string;
  readonly value: string | null;
}

/** A part with memory. `name` prefixes its keys in the store. */
export interface Stateful {
  readonly name: string;
  /** What changed since the last call. The engine commits it together with the offsets. */
  drainDirty(): StateEntry[];
  /** Called once at start, before the first line. */
  restore(entries: Iterable<{ readonly key: string; readonly value: string }>): void;
}
