/** THE door: every ban, whoever wishes it, is checked here against protection, what is active, and the caps. */
import { createHash, randomUUID } from 'node:crypto';
import { checkDoor, type DoorFacts, type Protected } from '../decisions/door-check.ts';
import { escalate } from '../decisions/escalate.ts';
import { createRecentLogins } from '../decisions/recent-logins.ts';
import { createSeenClients } from '../decisions/seen-clients.ts';
import type { DecisionSettings } from '../decisions/settings.ts';
import type { Log } from '../kit/log.ts';
import type { Decision, DecisionOrigin, Refusal } from '../model/decision.ts';
import type { StoredDetection } from '../model/detection.ts';
import type { DecisionRecord } from '../store/store.ts';
import type { Door, DoorAnswer } from './door.ts';

/** What the door is made of. */
export interface DoorParts {
  readonly settings: DecisionSettings;
  /** Fixed protection: the allowlist. */
  readonly allowlist: readonly Protected[];
  /** Protection that changes: asked again at most once in `refreshMs`. */
  systemProtected(): readonly Protected[];
  /** Earlier bans of an address since a time. */
  priorBans(ip: string, since: number): number;
  /** Decisions still active from the run before. */
  readonly active: readonly DecisionRecord[];
  readonly mode: () => 'observe' | 'enforce';
  readonly now: () => number;
  readonly log: Log;
  /** False when replaying files on their own clock: no rate cap, and an end in the past is no reason to refuse. */
  readonly live: boolean;
}

const REFRESH_MS = 2_000;
const MINUTE = 60_000;

interface Wish {
  readonly ip: string;
  readonly at: number;
  readonly baseSeconds: number;
  readonly escalates: boolean;
  readonly origin: DecisionOrigin;
  readonly rule: string | null;
  readonly detection: string | null;
  readonly reason: string;
}

/** The door of one engine. */
export function createDoor(parts: DoorParts): Door {
  const { settings, now } = parts;
  const active = new Map<string, DecisionRecord>(parts.active.map((decision) => [decision.ip, decision]));
  const recent: number[] = [];
  const logins = createRecentLogins();
  const clients = createSeenClients();
  let system: readonly Protected[] = [];
  let systemAt = Number.NEGATIVE_INFINITY;
  const capTold = new Map<string, number>();

  function facts(): DoorFacts {
    // Also when the clock was set back: what is protected must not grow old meanwhile.
    if (Math.abs(now() - systemAt) >= REFRESH_MS) {
      system = parts.systemProtected();
      systemAt = now();
    }
    return {
      protected: [...parts.allowlist, ...system],
      protectPrivate: settings.protect_private,
      ipv6Prefix: settings.ipv6_prefix,
    };
  }

  function accept(wish: Wish): DoorAnswer {
    const refuse = (code: string, detail: string): DoorAnswer => ({
      refusal: { ip: wish.ip, at: wish.at, rule: wish.rule, detection: wish.detection, code, detail } satisfies Refusal,
    });
    const check = checkDoor(wish.ip, facts());
    if (!check.ok) return refuse(check.code, check.detail);
    const already = active.get(check.ip);
    const clock = parts.live ? now() : wish.at;
    if (already !== undefined && already.expiresAt > clock)
      return refuse('active', `already banned until ${new Date(already.expiresAt).toISOString()}`);
    const offence = parts.priorBans(check.ip, wish.at - settings.memory * 1000);
    if (parts.live && wish.origin === 'rule' && clients.tooMany(wish.ip, settings.max_share, wish.at)) {
      tellCap('clients', 'bans would shut out too many of the clients served lately: only alerting now');
      return refuse('share-cap', `more than ${Math.round(settings.max_share * 100)} % of the clients served lately`);
    }
    const seconds = wish.escalates ? escalate(wish.baseSeconds, offence, settings) : wish.baseSeconds;
    const expiresAt = wish.at + seconds * 1000;
    if (parts.live && expiresAt <= now())
      return refuse('expired', 'the ban would already have ended: the log lines are old');
    if (parts.live && overCap()) return refuse('rate-cap', `more than ${settings.bans_per_minute} bans in a minute`);
    if (active.size >= settings.max_active) return refuse('total-cap', `${settings.max_active} bans are active`);
    const decision: Decision = {
      id:
        wish.detection === null
          ? randomUUID()
          : createHash('sha256').update(`${wish.detection}\0${check.ip}`).digest('hex').slice(0, 24),
      action: 'ban',
      ip: check.ip,
      at: wish.at,
      seconds,
      expiresAt,
      origin: wish.origin,
      rule: wish.rule,
      detection: wish.detection,
      reason: wish.reason,
      offence,
    };
    const record: DecisionRecord = {
      ...decision,
      state: parts.mode() === 'enforce' ? 'pending' : 'observed',
      error: null,
      attempts: 0,
    };
    active.set(record.ip, record);
    clients.banned(wish.ip);
    if (parts.live) recent.push(now());
    return { decision: record };
  }

  function overCap(): boolean {
    while (recent.length > 0 && (recent[0]! <= now() - MINUTE || recent[0]! > now())) recent.shift();
    if (recent.length < settings.bans_per_minute) return false;
    tellCap('rate', 'ban rate cap reached: only alerting now');
    return true;
  }

  /** Loud, once a minute a cap. */
  function tellCap(cap: string, message: string): void {
    if (now() - (capTold.get(cap) ?? Number.NEGATIVE_INFINITY) <= MINUTE) return;
    capTold.set(cap, now());
    parts.log('error', message, { bansPerMinute: settings.bans_per_minute, active: active.size });
  }

  function consider(detection: StoredDetection): DoorAnswer | null {
    const ip = detection.entity['source.ip'];
    if (detection.rule.action !== 'ban' || ip === undefined) return null;
    const verdict = settings.forgive_logins ? logins.about(detection) : { kind: 'none' as const };
    if (verdict.kind === 'refuse')
      return {
        refusal: {
          ip,
          at: detection.at,
          rule: detection.rule.id,
          detection: detection.id,
          code: verdict.code,
          detail: verdict.detail,
        },
      };
    // Many people behind one address: a short ban that does not grow.
    const soft = verdict.kind === 'soften';
    const wanted = detection.rule.banSeconds ?? settings.ban;
    return accept({
      ip,
      at: parts.live ? Math.min(detection.at, now()) : detection.at,
      baseSeconds: soft ? Math.min(wanted, settings.ban) : wanted,
      escalates: !soft,
      origin: 'rule',
      rule: detection.rule.id,
      detection: detection.id,
      reason: detection.rule.title,
    });
  }

  return {
    consider,
    manual: (wish) =>
      accept({
        ip: wish.ip,
        at: now(),
        baseSeconds: wish.seconds,
        escalates: false,
        origin: wish.origin,
        rule: null,
        detection: null,
        reason: wish.reason,
      }),
    notice(event) {
      if (parts.live) clients.notice(event);
      const detection = logins.notice(event);
      const answer = detection === null ? null : consider(detection);
      return detection === null || answer === null ? null : { detection, answer };
    },
    expire(time) {
      const ended: DecisionRecord[] = [];
      for (const decision of active.values()) if (decision.expiresAt <= time) ended.push(decision);
      for (const decision of ended) active.delete(decision.ip);
      return ended;
    },
    lift(ip) {
      const found = active.get(ip) ?? active.get(`${ip}/${settings.ipv6_prefix}`);
      if (found === undefined) return [];
      active.delete(found.ip);
      return [found];
    },
    active: () => [...active.values()],
    get activeCount() {
      return active.size;
    },
  };
}
