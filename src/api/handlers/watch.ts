/** What is going on: status, the sentence of the first page, sources, detections, the timeline, the live stream. */
import type { Level } from '../../model/detection.ts';
import { LEVELS } from '../../model/detection.ts';
import type { Bucket } from '../../store/api-store.ts';
import type { Given, RouteInput } from '../contract.ts';
import type { Handlers } from '../handler.ts';
import { type Call, missing } from '../http/call.ts';
import { toStatus } from '../live-events.ts';
import { nowPage } from './now-page.ts';
import { nowOf, rangeOf, toDetection } from './shape.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;
/** Minutes are kept for three days. */
const MINUTES_UNTIL = 70 * HOUR;

/** Handlers of watching. */
export const watchHandlers = {
  status: (_, { desk }) => {
    const status = desk.engine.status();
    const { demonstration } = desk;
    return { ...toStatus(status), demonstration, sources: status.sources, detectors: status.detectors };
  },
  now: (_, call) => nowPage(call.desk),
  sources: (_, { desk }) => ({ items: desk.engine.status().sources }),
  explain: ({ body }, { desk }) => desk.logs.explain(body),
  detections: ({ query }, { desk }) => {
    const page = desk.api.detections(query, query);
    return { items: page.items.map(toDetection), next: page.next };
  },
  detection: ({ params }, { desk }) => {
    const found = desk.api.detection(params.id);
    if (found === null) throw missing('this detection');
    return toDetection(found);
  },
  timeline: ({ query }, call) => timeline(query, call),
  top: ({ query }, call) => {
    const { from, to } = rangeOf(query, nowOf(call), 24 * HOUR);
    return { items: call.desk.api.top(query.by, from, to, query.limit) };
  },
  live: (_, call) => call.desk.live.open(call),
} satisfies Partial<Handlers>;

/** Whole steps that cover the range, the last one the newest; empty ones too. */
function timeline(query: RouteInput<'timeline'>['query'], call: Call): Given<'timeline'> {
  const { from, to } = rangeOf(query, nowOf(call));
  const fine = to - from <= MINUTES_UNTIL && from >= nowOf(call) - MINUTES_UNTIL;
  const size = fine ? MINUTE : HOUR;
  const stepMs = Math.max(1, Math.ceil((to - from) / query.buckets / size)) * size;
  const first = from - (from % stepMs);
  const count = Math.max(1, Math.ceil((to - first) / stepMs));
  const buckets = Array.from({ length: count }, (_, index) => emptyBucket(first + index * stepMs));
  for (const each of call.desk.api.buckets(first, to, size)) {
    const mine = buckets[Math.floor((each.at - first) / stepMs)];
    if (mine !== undefined) addTo(mine, each);
  }
  return { from: first, to, stepMs, buckets };
}

type Sum = { -readonly [K in keyof Bucket]: K extends 'detections' ? Record<Level, number> : Bucket[K] };

function emptyBucket(at: number): Sum {
  return {
    at,
    lines: 0,
    decoded: 0,
    bans: 0,
    detections: { informational: 0, low: 0, medium: 0, high: 0, critical: 0 },
  };
}

function addTo(sum: Sum, bucket: Bucket): void {
  sum.lines += bucket.lines;
  sum.decoded += bucket.decoded;
  sum.bans += bucket.bans;
  for (const level of LEVELS) sum.detections[level] += bucket.detections[level];
}
