/** What is wrong right now, read from the engine's status. How long it must last to be told is decided elsewhere. */
import type { SourceStatus, Status } from '../engine/handle.ts';
import { durationText, type Language, t } from '../kit/messages/messages.ts';
import type { AlarmCause } from '../model/alarm.ts';
import type { Habits } from './habits.ts';
import type { AlarmSettings } from './settings.ts';

/** What just happened counts as the present state for so long, ms. */
const RECENT_MS = 120_000;
const DRIFT_MS = 600_000;
/** After the start everything is put back; that is no drift. */
const WARM_UP_MS = 60_000;
const DRIFT_TIMES = 3;
const CANARY_MISSES = 2;

/** What the look needs besides the status. */
export interface LookParts {
  readonly settings: AlarmSettings;
  readonly language: Language;
  readonly habits: Habits;
  /** Source id to seconds of silence that are told, where set; 0 for a source that may be silent for ever. */
  readonly silentAfter: ReadonlyMap<string, number>;
  /** Notifiers that said they could not send, id to why. */
  notifierFaults(): ReadonlyMap<string, string>;
}

/** Looks at one status after the other. */
export type Look = (status: Status, steady: number) => AlarmCause[];

/** A look that remembers the figures of the one before. */
export function createLook(parts: LookParts): Look {
  const { settings, language } = parts;
  const startedAt = { steady: Number.NaN };
  const pending = { id: null as string | null, since: 0 };
  const bound = createRise();
  const drift = createRise();
  const caps = new Map<string, ReturnType<typeof createRise>>();

  function sourceCauses(source: SourceStatus, steady: number): AlarmCause[] {
    const out: AlarmCause[] = [];
    const { id: subject } = source;
    const habit = parts.habits.look(source, steady);
    const add = (code: AlarmCause['code'], values: AlarmCause['values'] = {}): void => {
      out.push({ code, subject, values: { source: subject, ...values } });
    };
    if (source.state === 'lost') add('lost', { detail: source.problem ?? '' });
    if (source.state === 'waiting') add('missing');
    if (source.state !== 'reading') return out;
    const limit = silenceLimit(subject, habit.usualSilence);
    if (limit !== null && habit.silentFor > limit && source.lag === 0)
      add('silent', {
        span: durationText(language, habit.silentFor / 1000),
        limit: durationText(language, limit / 1000),
      });
    const { share, usualShare } = habit;
    if (share !== null && usualShare !== null && share < settings.share * usualShare)
      add('share', { percent: Math.floor(100 * share), usual: Math.round(100 * usualShare) });
    if (source.clockSkewMs !== null) add('skew', { seconds: Math.round(source.clockSkewMs / 1000) });
    if (source.lagSeconds > settings.lag) add('lag', { span: durationText(language, source.lagSeconds) });
    return out;
  }

  function silenceLimit(id: string, usual: number | null): number | null {
    const set = parts.silentAfter.get(id) ?? settings.silent_after;
    if (set !== undefined) return set === 0 ? null : set * 1000;
    return usual === null ? null : Math.max(settings.silent_at_least * 1000, usual);
  }

  function pendingCauses({ unsettled }: Status, steady: number): AlarmCause[] {
    if (unsettled.oldest !== pending.id) Object.assign(pending, { id: unsettled.oldest, since: steady });
    const isLate = pending.id !== null && steady - pending.since > settings.pending * 1000;
    if (!isLate && unsettled.failed === 0) return [];
    return [
      { code: 'pending', subject: '', values: { waiting: isLate ? unsettled.pending : 0, failed: unsettled.failed } },
    ];
  }

  function capCauses(status: Status, steady: number): AlarmCause[] {
    return status.caps.flatMap(({ cap, limit, refused }): AlarmCause[] => {
      const rise = caps.get(cap) ?? createRise();
      caps.set(cap, rise);
      // A wish for too wide a network is refused and no sign of trouble.
      return rise(refused, steady, RECENT_MS) === 0 || cap === 'prefix'
        ? []
        : [{ code: 'cap', subject: cap, values: { cap: t(language, `cap.${cap}`), limit, refused } }];
    });
  }

  function canaryCauses({ canary }: Status): AlarmCause[] {
    if (canary === null || canary.failures < CANARY_MISSES || canary.stoppedAt === null) return [];
    const values = { stage: t(language, `stage.${canary.stoppedAt}`), detail: canary.problem ?? '' };
    return [{ code: 'canary', subject: '', values }];
  }

  function engineCauses(status: Status, steady: number): AlarmCause[] {
    const { window_groups_evicted = 0, window_events_dropped = 0 } = status.detectors;
    const forgotten = bound(window_groups_evicted + window_events_dropped, steady, RECENT_MS) > 0;
    const { applied } = status.mended;
    const isWarm = steady - startedAt.steady > WARM_UP_MS;
    const wiped = drift(isWarm ? applied : 0, steady, DRIFT_MS, isWarm) >= DRIFT_TIMES;
    return [
      ...(status.storeWrites ? [] : [cause('store', '', { detail: status.storeProblem ?? '' })]),
      ...(forgotten ? [cause('bound', '', { groups: window_groups_evicted, events: window_events_dropped })] : []),
      ...(wiped ? [cause('drift', '', { count: applied })] : []),
      ...(status.disarmed === null
        ? []
        : [cause('disarmed', '', { why: t(language, `disarmed.${status.disarmed.by}`) })]),
      ...(status.proxies.length === 0 ? [] : [cause('proxy', '', { addresses: status.proxies.join(', ') })]),
    ];
  }

  return (status, steady) => {
    if (Number.isNaN(startedAt.steady)) startedAt.steady = steady;
    const notifiers = new Map([...parts.notifierFaults(), ...Object.entries(status.notifiers)]);
    return [
      ...status.sources.flatMap((source) => sourceCauses(source, steady)),
      ...Object.entries(status.stopped).map(([id, detail]) => cause('broken', id, { source: id, detail })),
      ...status.enforcers.map(({ responder, message }) => cause('firewall', responder, { responder, detail: message })),
      ...pendingCauses(status, steady),
      ...[...notifiers].map(([id, detail]) => cause('notifier', id, { notifier: id, detail })),
      ...capCauses(status, steady),
      ...canaryCauses(status),
      ...engineCauses(status, steady),
    ];
  };
}

function cause(code: AlarmCause['code'], subject: string, values: AlarmCause['values']): AlarmCause {
  return { code, subject, values };
}

/** Counts the looks within the last `keepMs` at which a counter had risen. The first look only takes its measure. */
function createRise(): (value: number, steady: number, keepMs: number, counts?: boolean) => number {
  let last: number | null = null;
  let rises: number[] = [];
  return (value, steady, keepMs, counts = true) => {
    if (last !== null && counts && value > last) rises.push(steady);
    last = counts ? value : null;
    rises = rises.filter((at) => steady - at < keepMs).slice(-100);
    return rises.length;
  };
}
