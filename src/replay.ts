/** A history at the door without any effect outside: what `scan` and `backtest` share. */

import type { Protected } from './decisions/door-check.ts';
import { allowlisted, trustedProxies } from './decisions/protected.ts';
import type { DecisionSettings } from './decisions/settings.ts';
import { createDoor } from './engine/accept-decision.ts';
import { detectionId } from './engine/detection-id.ts';
import { type DoorAnswer, flattenAnswer } from './engine/door.ts';
import { silentLog } from './kit/log.ts';
import type { Refusal } from './model/decision.ts';
import type { Detection, StoredDetection } from './model/detection.ts';
import type { LineRef } from './model/line.ts';
import type { LogEvent } from './model/log-event.ts';
import type { DecisionRecord } from './store/store.ts';

/** How a history is judged. */
export interface ReplayParts {
  readonly settings: DecisionSettings;
  /** Whom the machine itself protects; nobody when the logs are another's. */
  readonly systemProtected?: readonly Protected[];
  /** The lines a detection rests on. */
  textsOf?(refs: readonly LineRef[]): string[];
  detection?(detection: StoredDetection): void;
  decision(decision: DecisionRecord): void;
  refusal?(refusal: Refusal): void;
}

/** Takes what happened, in order. */
export interface Replay {
  /** Every event, before the detectors see it. */
  notice(event: LogEvent): void;
  /** What the detectors found. */
  consider(found: readonly Detection[]): void;
}

/** Bans that ended are forgotten this often, on the log's clock. */
const EXPIRE_MS = 60_000;
/** Earlier bans remembered of an address: escalation grows no further. */
const REMEMBERED_BANS = 8;
/** Addresses whose earlier bans are remembered. */
const MAX_REMEMBERED = 500_000;

/** A door on the log's own clock that only notes. */
export function createReplay(parts: ReplayParts): Replay {
  const bans = new Map<string, number[]>();
  let lastExpiry = 0;
  const { allowlist, trusted_proxies: proxies } = parts.settings;
  const door = createDoor({
    settings: { ...parts.settings, max_active: Number.MAX_SAFE_INTEGER },
    allowlist: [...allowlisted(allowlist), ...trustedProxies(proxies)],
    systemProtected: () => parts.systemProtected ?? [],
    priorBans: (ip, since) => bans.get(ip)?.filter((at) => at > since).length ?? 0,
    active: [],
    mode: () => 'observe',
    now: () => Number.MAX_SAFE_INTEGER,
    log: silentLog,
    live: false,
  });

  function settle(answer: DoorAnswer | null): void {
    if (answer === null) return;
    // Nearly all wishes of a busy log are of addresses that are banned already.
    if ('refusal' in answer) {
      parts.refusal?.(answer.refusal);
      return;
    }
    const { decisions, refusals } = flattenAnswer(answer);
    for (const refusal of refusals) parts.refusal?.(refusal);
    for (const decision of decisions) {
      const { ip, at } = decision;
      if (bans.size >= MAX_REMEMBERED && !bans.has(ip)) bans.delete(bans.keys().next().value!);
      bans.set(ip, [...(bans.get(ip) ?? []), at].slice(-REMEMBERED_BANS));
      parts.decision(decision);
      if (at - lastExpiry <= EXPIRE_MS) continue;
      lastExpiry = at;
      door.expire(at);
    }
  }

  return {
    notice(event) {
      const late = door.notice(event);
      if (late !== null) settle(late.answer);
    },
    consider(found) {
      for (const detection of found) {
        const stored: StoredDetection = {
          ...detection,
          id: detectionId(detection),
          lines: parts.textsOf?.(detection.evidence) ?? [],
        };
        parts.detection?.(stored);
        settle(door.consider(stored));
      }
    },
  };
}
