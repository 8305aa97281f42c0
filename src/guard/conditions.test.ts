/** What is wrong, read from a status: each cause by its own figures, and none of a healthy one. */
import { describe, expect, it } from 'vitest';
import type { SourceStatus, Status } from '../engine/handle.ts';
import type { AlarmCause } from '../model/alarm.ts';
import { createLook } from './conditions.ts';
import { createHabits } from './habits.ts';
import { alarmSettings } from './settings.ts';

const SOURCE: SourceStatus = {
  ...{ id: 's', state: 'reading', lag: 0, rotations: 0, truncated: 0, problem: null, lines: 1, decoded: 1, told: 1 },
  ...{ lastEventAt: null, clockSkewMs: null, decodedShare: null, lagSeconds: 0, linesEver: 1 },
};
const WELL: Status = {
  ...{
    version: '0',
    mode: 'enforce',
    disarmed: null,
    trialLeft: null,
    pageProblem: null,
    pid: 1,
    startedAt: 0,
    now: 0,
    healthy: true,
    problems: [],
    warnings: [],
  },
  ...{
    alarms: [],
    canary: null,
    lines: 1,
    decoded: 1,
    detections: 0,
    faults: 0,
    linesPerSecond: 0,
    activeDecisions: 0,
  },
  ...{ sources: [SOURCE], enforcers: [], detectors: {}, responders: {}, notifiers: {}, alerts: { sent: 0, failed: 0 } },
  store: { detections: 0, decisions: 0, alertsWaiting: 0, alertsDead: 0 },
  ...{ unwritten: 0, storeWrites: true, storeProblem: null, unsettled: { pending: 0, oldest: null, failed: 0 } },
  ...{ caps: [], proxies: [], stopped: {}, clockJumps: 0, mended: { applied: 0, revoked: 0 }, rssBytes: 0 },
};
const S = 1000;

function looking(
  silentAfter: ReadonlyMap<string, number> = new Map(),
  faults: ReadonlyMap<string, string> = new Map(),
) {
  return createLook({
    ...{ settings: alarmSettings.parse({}), language: 'en', habits: createHabits(), silentAfter },
    notifierFaults: () => faults,
  });
}
const codes = (causes: readonly AlarmCause[]): string[] => causes.map((each) => `${each.code} ${each.subject}`.trim());
const source = (change: Partial<SourceStatus>): Status => ({ ...WELL, sources: [{ ...SOURCE, ...change }] });

it('finds nothing wrong with a healthy one, for days', () => {
  const look = looking();
  for (let hour = 0; hour < 72; hour++) expect(look(source({ lines: hour }), hour * 3600 * S)).toEqual([]);
});

describe('a source', () => {
  it.each([
    ['lost', { state: 'lost', problem: 'gone' }, ['lost s']],
    ['never there', { state: 'waiting' }, ['missing s']],
    ['with a clock that is off', { clockSkewMs: -600_000 }, ['skew s']],
    ['far behind', { lagSeconds: 121, lag: 5 }, ['lag s']],
    ['a little behind', { lagSeconds: 119, lag: 5 }, []],
  ] as const)('%s', (_what, change, expected) => {
    expect(codes(looking()(source(change), 0))).toEqual(expected);
  });

  it('is silent by its setting, never while more waits to be read, and never when it may be', () => {
    const set = looking(new Map([['s', 60]]));
    expect(set(WELL, 0)).toEqual([]);
    expect(codes(set(WELL, 61 * S))).toEqual(['silent s']);
    expect(set(source({ lag: 9 }), 62 * S)).toEqual([]);
    expect(set(source({ lines: 2 }), 63 * S)).toEqual([]);
    const may = looking(new Map([['s', 0]]));
    expect(may(WELL, 0)).toEqual([]);
    expect(may(WELL, 9e9)).toEqual([]);
  });

  it('is silent by its habits from the second day on', () => {
    const look = looking();
    let lines = 0;
    // A line every ten minutes for a day.
    for (let at = 0; at <= 25 * 3600; at += 30) look(source({ lines: at % 600 === 0 ? ++lines : lines }), at * S);
    const quiet = (minutes: number) => codes(look(source({ lines }), (25 * 3600 + minutes * 60) * S));
    expect(quiet(29)).toEqual([]);
    expect(quiet(31)).toEqual(['silent s']);
  });

  it('is understood less than before', () => {
    const look = looking();
    let [lines, decoded] = [0, 0];
    const minute = (n: number, share: number) => {
      lines += 200;
      decoded += 200 * share;
      return codes(look(source({ lines, decoded, told: decoded }), n * 60 * S));
    };
    for (let n = 0; n < 30; n++) expect(minute(n, 0.95)).toEqual([]);
    expect(minute(31, 0.9)).toEqual([]);
    expect(minute(32, 0.1)).toEqual(['share s']);
  });
});

describe('the rest of the chain', () => {
  it('a ban that waits for two minutes, though others come and go', () => {
    const look = looking();
    const waiting = (oldest: string | null, failed = 0): Status => ({
      ...WELL,
      unsettled: { pending: 3, oldest, failed },
    });
    expect(look(waiting('a'), 0)).toEqual([]);
    expect(look(waiting('b'), 100 * S)).toEqual([]);
    expect(look(waiting('b'), 200 * S)).toEqual([]);
    expect(codes(look(waiting('b'), 221 * S))).toEqual(['pending']);
    expect(codes(look(waiting(null, 1), 222 * S))).toEqual(['pending']);
  });

  it('a cap that bites, for two minutes after it last did', () => {
    const look = looking();
    const cap = (refused: number): Status => ({
      ...WELL,
      caps: [
        { cap: 'rate', limit: 600, used: 600, refused, lastAt: null },
        { cap: 'prefix', limit: 48, used: 0, refused, lastAt: null },
      ],
    });
    // What was refused before the first look is not news.
    expect(look(cap(7), 0)).toEqual([]);
    expect(codes(look(cap(8), 5 * S))).toEqual(['cap rate']);
    expect(codes(look(cap(8), 120 * S))).toEqual(['cap rate']);
    expect(look(cap(8), 126 * S)).toEqual([]);
  });

  it('windows that forget, a store that does not write, a firewall, a notifier, a proxy', () => {
    const look = looking(new Map(), new Map([['slack:x', 'no']]));
    look(WELL, 0);
    const status: Status = {
      ...WELL,
      ...{ storeWrites: false, storeProblem: 'disk full', proxies: ['192.0.2.1'], stopped: { s: 'boom' } },
      detectors: { window_groups_evicted: 5, window_events_dropped: 0 },
      enforcers: [{ responder: 'nft', message: 'no right', since: 0 }],
      notifiers: { 'email:y': 'refused' },
    };
    expect(codes(look(status, 5 * S)).sort()).toEqual(
      ['broken s', 'bound', 'firewall nft', 'notifier email:y', 'notifier slack:x', 'proxy', 'store'].sort(),
    );
  });

  it('bans that are wiped again and again, not the restore at the start', () => {
    const look = looking();
    const mended = (applied: number): Status => ({ ...WELL, mended: { applied, revoked: 0 } });
    for (const [at, applied] of [
      [0, 0],
      [5, 90_000],
      [10, 100_000],
      [15, 100_001],
    ] as const)
      expect(look(mended(applied), at * S)).toEqual([]);
    look(mended(100_001), 70 * S);
    expect(look(mended(100_002), 80 * S)).toEqual([]);
    expect(look(mended(100_003), 90 * S)).toEqual([]);
    expect(codes(look(mended(100_004), 100 * S))).toEqual(['drift']);
    expect(look(mended(100_004), 800 * S)).toEqual([]);
  });

  it('a canary that misses twice', () => {
    const look = looking();
    const canary = (failures: number): Status => ({
      ...WELL,
      canary: {
        lastRunAt: 1,
        lastSuccessAt: null,
        latencyMs: null,
        stoppedAt: 'rule',
        problem: null,
        failures,
        firewall: false,
      },
    });
    expect(look(canary(1), 0)).toEqual([]);
    expect(codes(look(canary(2), 0))).toEqual(['canary']);
  });
});
