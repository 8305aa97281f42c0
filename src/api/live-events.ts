/** One change of the store as the live stream tells it. */
import type { Status } from '../engine/handle.ts';
import type { Change } from '../store/api-store.ts';
import type { Given } from './contract.ts';
import { toDetection } from './handlers/shape.ts';
import type { ApiParts } from './ports.ts';

type Live = Given<'live'>;
/** Status without its long lists. */
export type ShortStatus = Extract<Live, { event: 'status' }>['data'];

/** The snapshot as the contract has it. */
export function toStatus(status: Status): ShortStatus {
  const { version, mode, startedAt, now, healthy, problems, warnings, canary, lines, decoded, detections, faults } =
    status;
  const { linesPerSecond, activeDecisions, enforcers, mended, rssBytes, responders, notifiers, alerts } = status;
  return {
    version,
    mode,
    startedAt,
    now,
    healthy,
    problems,
    warnings,
    alarms: status.alarms.map(({ code, subject, colour, since }) => ({ code, subject, colour, since })),
    canary,
    lines,
    decoded,
    detections,
    faults,
    linesPerSecond,
    activeDecisions,
    enforcers,
    mended,
    rssBytes,
    responders,
    notifiers,
    alerts,
  };
}

/** What a change is about, as it is now; null when it is gone again. */
export function eventOf(change: Change, { api }: Pick<ApiParts, 'api'>): Live | null {
  if (change.kind === 'detection') {
    const found = api.detection(change.ref);
    return found === null ? null : { event: 'detection', data: toDetection(found) };
  }
  if (change.kind === 'decision') {
    const found = api.decision(change.ref);
    return found === null ? null : { event: 'decision', data: found };
  }
  const found = api.alert(change.ref);
  return found === null ? null : { event: 'alert', data: found };
}

/** Each thing once, at its last change. */
export function lastOfEach(changes: readonly Change[]): Change[] {
  const last = new Map<string, Change>();
  for (const change of changes) {
    const key = `${change.kind} ${change.ref}`;
    last.delete(key);
    last.set(key, change);
  }
  return [...last.values()];
}

/** Server-sent event text (WHATWG HTML, 9.2). JSON has no line ends in it. */
export function sseText(live: Live, id: number | null): string {
  return `${id === null ? '' : `id: ${id}\n`}event: ${live.event}\ndata: ${JSON.stringify(live.data)}\n\n`;
}
