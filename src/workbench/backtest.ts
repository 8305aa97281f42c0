/** What other rules or other thresholds would have found and banned in logs, beside what is active now: both walk the same lines. */
import type { Config } from '../config/schema.ts';
import type { Protected } from '../decisions/door-check.ts';
import type { RuleFile } from '../detectors/sigma/read-files.ts';
import type { AppError } from '../kit/errors.ts';
import { buildPipeline } from '../pipeline.ts';
import { type Banned, usedNormally } from './ban-tally.ts';
import { walkLogs } from './log-streams.ts';
import type { MachineLog } from './machine-logs.ts';
import { createSide, type RuleTally, type Side } from './side.ts';

/** What is compared, and over what. */
export interface BacktestOptions {
  /** As active now. */
  readonly present: Config;
  /** As it might be. */
  readonly proposed: Config;
  /** Rules that come with it, in place of those with the same id. */
  readonly rules: readonly RuleFile[];
  readonly logs: readonly MachineLog[];
  /** Events before this do not count, ms since the epoch. */
  readonly from: number;
  readonly systemProtected: readonly Protected[];
  readonly year: number | null;
  progress?(done: number, lines: number): void;
  fault(error: unknown, text: string): void;
}

/** What became of the banned later. */
export interface Aftermath {
  readonly banned: number;
  readonly loggedIn: number;
  readonly usedSite: number;
}

/** One rule, as it might be. */
export interface RuleReport {
  readonly tally: RuleTally;
  /** Of those it banned first: what they did later, how many are banned now too, and how many of these it banned sooner. */
  readonly after: Aftermath;
  readonly alsoNow: number;
  readonly sooner: number;
  /** As it is now; null for a new rule or one that says nothing now. */
  readonly before: RuleTally | null;
}

/** The whole comparison. */
export interface BacktestReport {
  readonly lines: number;
  readonly decoded: number;
  readonly faults: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly elapsedMs: number;
  readonly present: Aftermath;
  readonly proposed: Aftermath;
  /** Banned only as it might be, and only now. */
  readonly added: readonly Banned[];
  readonly gone: readonly Banned[];
  readonly both: number;
  readonly addedAfter: Aftermath;
  readonly refusedPresent: ReadonlyMap<string, number>;
  readonly refusedProposed: ReadonlyMap<string, number>;
  readonly rules: readonly RuleReport[];
  readonly ruleErrors: readonly AppError[];
  /** Bans of which the bound kept nothing. */
  readonly dropped: number;
}

/** Walks the logs once with both sides. Throws FILE_READ. */
export async function backtest(options: BacktestOptions): Promise<BacktestReport> {
  const started = performance.now();
  const pipelines = [
    buildPipeline(options.present, { persist: false, year: options.year }),
    buildPipeline(options.proposed, { persist: false, year: options.year, rules: { instead: options.rules } }),
  ] as const;
  const [present, proposed] = pipelines.map(({ detector }, index) =>
    createSide({
      config: index === 0 ? options.present : options.proposed,
      detector,
      systemProtected: options.systemProtected,
    }),
  ) as [Side, Side];
  let firstAt = Number.POSITIVE_INFINITY;
  let lastAt = 0;
  const totals = await walkLogs(
    { logs: options.logs, from: options.from, decoderOf: pipelines[0].decoderOf },
    {
      event(event, place) {
        firstAt = Math.min(firstAt, event.time);
        lastAt = Math.max(lastAt, event.time);
        for (const side of [present, proposed]) {
          side.notice(event);
          side.detect(event, place);
          side.after(event);
        }
      },
      fault: options.fault,
      ...(options.progress === undefined ? {} : { progress: options.progress }),
    },
  );
  const added = [...proposed.bans.all.values()].filter(({ ip }) => present.bans.covering(ip) === null);
  return {
    ...totals,
    firstAt: Number.isFinite(firstAt) ? firstAt : 0,
    lastAt,
    elapsedMs: Math.round(performance.now() - started),
    present: aftermathOf([...present.bans.all.values()]),
    proposed: aftermathOf([...proposed.bans.all.values()]),
    added,
    gone: [...present.bans.all.values()].filter(({ ip }) => proposed.bans.covering(ip) === null),
    both: proposed.bans.all.size - added.length,
    addedAfter: aftermathOf(added),
    refusedPresent: present.refused,
    refusedProposed: proposed.refused,
    rules: [...proposed.rules.values()].map((tally) => reportOf(tally, present, proposed)),
    ruleErrors: pipelines[1].ruleErrors,
    dropped: present.bans.dropped + proposed.bans.dropped,
  };
}

/** What the banned did later. */
export function aftermathOf(banned: readonly Banned[]): Aftermath {
  return {
    banned: banned.length,
    loggedIn: banned.filter(({ logins }) => logins > 0).length,
    usedSite: banned.filter(usedNormally).length,
  };
}

function reportOf(tally: RuleTally, present: Side, proposed: Side): RuleReport {
  const mine = [...tally.banned].flatMap((ip) => proposed.bans.all.get(ip) ?? []);
  const before = mine.map(({ ip, at }) => ({ at, known: present.bans.covering(ip) }));
  return {
    tally,
    after: aftermathOf(mine),
    alsoNow: before.filter(({ known }) => known !== null).length,
    sooner: before.filter(({ known, at }) => known !== null && at < known.at).length,
    before: present.rules.get(tally.info.id) ?? null,
  };
}
