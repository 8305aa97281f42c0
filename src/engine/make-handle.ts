/** The engine's public handle over its parts. */
import { alarmText } from '../kit/messages/alarm-text.ts';
import type { Language } from '../kit/messages/messages.ts';
import type { Alarm, AlarmCode } from '../model/alarm.ts';
import type { CanaryStatus } from '../model/canary.ts';
import type { Source } from '../sources/source.ts';
import type { DecisionRecord } from '../store/store.ts';
import type { AlertOutbox } from './alert-outbox.ts';
import type { Arming } from './arming.ts';
import type { Door } from './door.ts';
import type { Enforcer } from './enforcer.ts';
import type { Engine } from './engine.ts';
import type { EngineHandle, SourceStatus, Status } from './handle.ts';
import type { PatientStore } from './patient-store.ts';

/** What the handle speaks for. */
export interface HandleParts {
  readonly engine: Engine;
  readonly store: PatientStore;
  readonly door: Door;
  readonly enforcer: Enforcer;
  readonly outbox: AlertOutbox;
  readonly sources: readonly Source[];
  readonly now: () => number;
  readonly version: string;
  detectorStats(): Readonly<Record<string, number>>;
  readonly language: Language;
  canary(): CanaryStatus | null;
  alarms(): readonly Alarm[];
  readonly arming: Arming;
  /** Seconds that are left of the trial after arming, or null. */
  trialLeft(): number | null;
  /** Why the dashboard is not served, or null. */
  pageProblem(): string | null;
  /** Ends the trial after arming. */
  confirm(): boolean;
}

/** Told among the problems from the first moment, so not once more as alarms. */
const TOLD_AT_ONCE: ReadonlySet<AlarmCode> = new Set(['lost', 'broken', 'firewall', 'notifier', 'store', 'proxy']);

/** A firewall that is busy for longer is not waited for. */
const COUNT_MS = 5_000;
/** A clock this far off is told. */
const SKEW_MS = 120_000;

/** Creates the handle. */
export function createHandle(parts: HandleParts): EngineHandle {
  const { engine, store, door, enforcer, now } = parts;
  const startedAt = now();
  const rate = { at: now(), lines: 0, perSecond: 0 };

  function linesPerSecond(): number {
    const { lines } = engine.spine.totals;
    const elapsed = now() - rate.at;
    if (elapsed >= 1000) {
      rate.perSecond = Math.round(((lines - rate.lines) * 1000) / elapsed);
      rate.at = now();
      rate.lines = lines;
    }
    return rate.perSecond;
  }

  function sourceStatus(source: Source): SourceStatus {
    const { lines, decoded, told, lastEventAt, skewMs, window } = engine.totalsOf(source.ref.id);
    const health = source.health();
    const looked = window.lines + window.lastLines;
    const clockSkewMs = skewMs !== null && Math.abs(skewMs) > SKEW_MS ? skewMs : null;
    return {
      ...health,
      id: source.ref.id,
      lines,
      decoded,
      told,
      lastEventAt,
      clockSkewMs,
      decodedShare: looked === 0 ? null : (window.decoded + window.lastDecoded) / looked,
      lagSeconds: health.lag === 0 || lastEventAt === null ? 0 : Math.max(0, (now() - lastEventAt) / 1000),
      linesEver: engine.linesEver(source.ref.id),
    };
  }

  /** As the alarm will say it that follows. */
  function words(code: AlarmCode, values: Readonly<Record<string, string>>): string {
    return alarmText({ code, subject: '', values }, parts.language);
  }

  function problemsOf(sources: readonly SourceStatus[]): string[] {
    const stored = engine.storeProblem();
    return [
      ...(stored === null ? [] : [words('store', { detail: stored })]),
      ...enforcer.problems().map(({ responder, message }) => words('firewall', { responder, detail: message })),
      ...[...parts.outbox.problems()].map(([notifier, detail]) => words('notifier', { notifier, detail })),
      ...door
        .likelyProxies()
        .map(
          (ip) =>
            `all web requests come through ${ip}, probably a proxy: list it under decisions.trusted_proxies and log X-Forwarded-For`,
        ),
      ...sources
        .filter((each) => each.state === 'lost')
        .map(({ id, problem }) => words('lost', { source: id, detail: problem ?? '' })),
      ...[...engine.stoppedSources()].map(([source, detail]) => words('broken', { source, detail })),
      ...sources.flatMap((each) =>
        each.clockSkewMs !== null && each.clockSkewMs > 0
          ? [`${each.id}: its clock is ${Math.round(each.clockSkewMs / 1000)} s ahead of this machine's`]
          : [],
      ),
      ...alarmTexts('red'),
    ];
  }

  function alarmTexts(colour: Alarm['colour']): string[] {
    return parts
      .alarms()
      .filter((each) => each.colour === colour && !TOLD_AT_ONCE.has(each.code))
      .map((each) => alarmText(each, parts.language));
  }

  function lift(ip: string): readonly DecisionRecord[] {
    const lifted = door.lift(ip);
    if (lifted.length === 0) return lifted;
    store.setDecisionState(lifted.map((decision) => ({ id: decision.id, state: 'revoked', error: null })));
    enforcer.revoke(lifted.filter((decision) => decision.state !== 'observed').map((decision) => decision.ip));
    return lifted;
  }

  return {
    status(): Status {
      const sources = parts.sources.map(sourceStatus);
      const problems = problemsOf(sources);
      const { lines, decoded, detections, faults } = engine.spine.totals;
      return {
        version: parts.version,
        mode: parts.arming.mode(),
        disarmed: parts.arming.disarmed(),
        trialLeft: parts.trialLeft(),
        pageProblem: parts.pageProblem(),
        pid: process.pid,
        startedAt,
        now: now(),
        healthy: problems.length === 0,
        problems,
        warnings: alarmTexts('yellow'),
        alarms: parts.alarms(),
        canary: parts.canary(),
        lines,
        decoded,
        detections,
        faults,
        linesPerSecond: linesPerSecond(),
        activeDecisions: door.activeCount,
        sources,
        enforcers: enforcer.problems(),
        store: store.counts(),
        detectors: parts.detectorStats(),
        responders: enforcer.stats(),
        notifiers: Object.fromEntries(parts.outbox.problems()),
        alerts: { ...parts.outbox.totals },
        unwritten: store.unwritten,
        storeWrites: engine.storeProblem() === null,
        storeProblem: engine.storeProblem(),
        unsettled: store.unsettled(now()),
        caps: door.caps(),
        proxies: door.likelyProxies(),
        stopped: Object.fromEntries(engine.stoppedSources()),
        clockJumps: engine.clockJumps,
        mended: enforcer.mended,
        rssBytes: process.memoryUsage.rss(),
      };
    },
    recentDetections: (limit) => engine.recent.slice(0, limit),
    activeDecisions: (limit) => store.decisions({ activeAt: now(), limit }),
    protection: (ip) => door.protection(ip),
    ban(ip, seconds, reason, origin = 'cli') {
      const answer = door.manual({ ip, seconds, reason: reason === '' ? 'by hand' : reason, origin });
      if ('refusal' in answer) return { ok: false, code: answer.refusal.code, detail: answer.refusal.detail };
      store.addDecision(answer.decision);
      if (answer.decision.state === 'pending') enforcer.apply([answer.decision]);
      return { ok: true, decision: answer.decision };
    },
    droppedOf: (ip) => enforcer.droppedOf(ip, AbortSignal.timeout(COUNT_MS)),
    lift,
    unban: (ip) => lift(ip).length,
    confirm: () => parts.confirm(),
    async panic(by = 'panic') {
      parts.arming.disarm(by);
      const all = door.liftAll();
      store.setDecisionState(all.map((decision) => ({ id: decision.id, state: 'revoked', error: null })));
      await enforcer.flush();
      return all.length;
    },
  };
}
