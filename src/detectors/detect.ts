/** Several detectors as one: each sees the event in turn, and what those before it found. */
import type { StateEntry } from '../kit/state.ts';
import type { Detector } from './detector.ts';

const CUT = '\u001d';

/** The detectors joined, in the given order. State keys carry the owner's name. */
export function createDetect(detectors: readonly Detector[]): Detector {
  return {
    name: 'detect',
    detect(event, place, out) {
      for (const detector of detectors) detector.detect(event, place, out);
    },
    late(out) {
      for (const detector of detectors) detector.late?.(out);
    },
    watcherOf(source) {
      const watchers = detectors.flatMap((detector) => detector.watcherOf?.(source) ?? []);
      if (watchers.length < 2) return watchers[0] ?? null;
      return (text, now, place, out) => {
        for (const watcher of watchers) watcher(text, now, place, out);
      };
    },
    explain: (event) => detectors.flatMap((detector) => detector.explain(event)),
    drainDirty: () =>
      detectors.flatMap((detector) =>
        detector
          .drainDirty()
          .map((entry): StateEntry => ({ key: detector.name + CUT + entry.key, value: entry.value })),
      ),
    restore(entries) {
      const byOwner = new Map<string, { key: string; value: string }[]>(
        detectors.map((detector) => [detector.name, []]),
      );
      for (const { key, value } of entries) {
        const cut = key.indexOf(CUT);
        byOwner.get(key.slice(0, cut))?.push({ key: key.slice(cut + 1), value });
      }
      for (const detector of detectors) detector.restore(byOwner.get(detector.name) ?? []);
    },
    stats: () => Object.assign({}, ...detectors.map((detector) => detector.stats())) as Record<string, number>,
  };
}
