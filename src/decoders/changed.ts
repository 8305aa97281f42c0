/** A decoder whose events are changed on their way out: what the source or the machine knows beside the line. */
import type { LogEvent } from '../model/log-event.ts';
import type { Decode } from './decode.ts';

/** The same decoder, its memory included, with every event passed through `change`. */
export function changed(inner: Decode, change: (event: LogEvent) => LogEvent): Decode {
  return {
    name: inner.name,
    decode(text, nowMs, bytes, start) {
      const event = inner.decode(text, nowMs, bytes, start);
      return event === null ? null : change(event);
    },
    drainDirty: () => inner.drainDirty(),
    restore: (entries) => inner.restore(entries),
  };
}
