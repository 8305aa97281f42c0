/** One set of rules in a backtest: what its rules found, whom it would have banned, what the door refused. */
import type { Config } from '../config/schema.ts';
import type { Protected } from '../decisions/door-check.ts';
import type { Detector, LinePlace } from '../detectors/detector.ts';
import { type Detection, LEVELS, mainEntity, type RuleInfo } from '../model/detection.ts';
import type { LogEvent } from '../model/log-event.ts';
import { createReplay } from '../replay.ts';
import { type Banned, type BanTally, createBanTally } from './ban-tally.ts';

/** What one rule did. */
export interface RuleTally {
  readonly info: RuleInfo;
  detections: number;
  firstAt: number;
  lastAt: number;
  /** Whom it spoke about: at most `MAX_ENTITIES`. */
  readonly entities: Set<string>;
  /** Addresses and networks it banned first. */
  readonly banned: Set<string>;
  /** Refusal code to how often. `active`: somebody else's ban, or its own, was still on. */
  readonly refused: Map<string, number>;
}

/** One side. */
export interface Side {
  notice(event: LogEvent): void;
  detect(event: LogEvent, place: LinePlace): void;
  /** Takes what detectors found; only for a side that is fed from outside. */
  consider(found: readonly Detection[]): void;
  /** After everything about an event was said. */
  after(event: LogEvent): void;
  readonly rules: ReadonlyMap<string, RuleTally>;
  readonly bans: BanTally;
  /** All refusals by code, `active` left out. */
  readonly refused: ReadonlyMap<string, number>;
}

/** Whom a rule spoke about is counted so far. */
export const MAX_ENTITIES = 10_000;
const MEDIUM = LEVELS.indexOf('medium');

/** What a side is made of. */
export interface SideParts {
  readonly config: Config;
  readonly detector: Detector | null;
  readonly systemProtected: readonly Protected[];
  /** Somebody is banned for the first time. */
  onBan?(banned: Banned): void;
}

/** A side that has seen nothing. */
export function createSide({ config, detector, systemProtected, onBan }: SideParts): Side {
  const rules = new Map<string, RuleTally>();
  const refused = new Map<string, number>();
  const bans = createBanTally();
  const found: Detection[] = [];
  const replay = createReplay({
    settings: config.decisions,
    systemProtected,
    decision(decision) {
      const banned = bans.ban(decision);
      if (banned === null) return;
      rules.get(banned.rule)?.banned.add(banned.ip);
      onBan?.(banned);
    },
    refusal({ ip, rule, code }) {
      if (code === 'active' && rule !== null) bans.also(ip, rule);
      else count(refused, code);
      if (rule !== null) count(rules.get(rule)?.refused ?? new Map(), code);
    },
  });

  function tell({ rule, at, entity }: Detection): void {
    let tally = rules.get(rule.id);
    if (tally === undefined) {
      tally = {
        info: rule,
        detections: 0,
        firstAt: at,
        lastAt: at,
        entities: new Set(),
        banned: new Set(),
        refused: new Map(),
      };
      rules.set(rule.id, tally);
    }
    tally.detections++;
    tally.firstAt = Math.min(tally.firstAt, at);
    tally.lastAt = Math.max(tally.lastAt, at);
    if (tally.entities.size < MAX_ENTITIES) tally.entities.add(mainEntity(entity));
    const ip = entity['source.ip'] ?? entity['source.network'];
    if (ip !== undefined && LEVELS.indexOf(rule.level) >= MEDIUM) bans.accuse(ip, rule.id);
  }

  function consider(all: readonly Detection[]): void {
    for (const detection of all) tell(detection);
    replay.consider(all);
  }

  return {
    rules,
    refused,
    bans,
    notice: replay.notice,
    consider,
    detect(event, place) {
      detector!.detect(event, place, found);
      if (found.length === 0) return;
      consider(found);
      found.length = 0;
    },
    after: bans.notice,
  };
}

function count(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}
