/** Adds to every event what the source itself saw of the sender: that is trusted over what the line claims. */

import type { Origin } from '../model/line.ts';
import { type Fields, type LogEvent, NO_FIELDS } from '../model/log-event.ts';
import { changed } from './changed.ts';
import type { Decode } from './decode.ts';

/** The host a line claims where the sender is known better (ECS `log.syslog.hostname`). */
const CLAIMED = 'log.syslog.hostname';

/** A decoder whose events carry the fields and host of their origin; the decoder itself where nothing is known. */
export function withOrigin(inner: Decode, origin: Origin | undefined): Decode {
  if (origin === undefined) return inner;
  const { host } = origin;
  let claimedHost: string | null = null;
  let known: Fields = origin.fields;

  function knownOf(claimed: string | null): Fields {
    if (host === null || claimed === claimedHost) return known;
    claimedHost = claimed;
    known = claimed === null ? origin!.fields : { ...origin!.fields, [CLAIMED]: claimed };
    return known;
  }

  function add(event: LogEvent): LogEvent {
    const extra = knownOf(event.host);
    const fields = event.fields === NO_FIELDS ? extra : { ...event.fields, ...extra };
    return { ...event, host: host ?? event.host, fields, alike: undefined };
  }

  return changed(inner, add);
}
