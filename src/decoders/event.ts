/** Makes events out of an envelope and what a program said. */
import type { Alike, EventKind, Fields, LogEvent } from '../model/log-event.ts';
import type { Envelope } from './decoder.ts';

/** A new event; the envelope's values are copied, so it may be reused at once. `alike` where other events say the same but for some fields. */
export function eventOf(envelope: Envelope, kind: EventKind, fields: Fields, alike?: Alike): LogEvent {
  return {
    time: envelope.time,
    kind,
    host: envelope.host,
    program: envelope.program,
    pid: envelope.pid,
    message: envelope.message,
    repeat: envelope.repeat,
    fields,
    alike,
  };
}
