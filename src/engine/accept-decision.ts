/** THE door: every ban, whoever wishes it, is checked here against protection, what is active, and the caps. */
import { createCaps } from '../decisions/caps.ts';
import { checkDoor, type DoorFacts, type Protected } from '../decisions/door-check.ts';
import { escalate } from '../decisions/escalate.ts';
import { createFewSources } from '../decisions/few-sources.ts';
import { createRecentLogins, type LoginVerdict } from '../decisions/recent-logins.ts';
import { createSeenClients } from '../decisions/seen-clients.ts';
import type { DecisionSettings } from '../decisions/settings.ts';
import { createWidening, type Wider } from '../decisions/widening.ts';
import { formatNetwork, type Network, parseNetwork } from '../kit/cidr.ts';
import type { Log } from '../kit/log.ts';
import type { StoredDetection } from '../model/detection.ts';
import type { DecisionRecord } from '../store/store.ts';
import { createActiveBans } from './active-bans.ts';
import type { Door, DoorAnswer, Refused } from './door.ts';
import { recordOf, refuse, type Wish } from './wish.ts';

/** What the door is made of. */
export interface DoorParts {
  readonly settings: DecisionSettings;
  /** Fixed protection: the allowlist. */
  readonly allowlist: readonly Protected[];
  /** Protection that is looked up instead of listed: autonomous systems. */
  shield?(network: Network): Pick<Protected, 'code' | 'detail'> | null;
  /** Protection that changes: asked again at most once in `refreshMs`. */
  systemProtected(): readonly Protected[];
  /** Earlier bans of an address since a time. */
  priorBans(ip: string, since: number): number;
  /** Decisions still active from the run before. */
  readonly active: Iterable<DecisionRecord>;
  readonly mode: () => 'observe' | 'enforce';
  readonly now: () => number;
  readonly log: Log;
  /** False when replaying files on their own clock: no rate cap, and an end in the past is no reason to refuse. */
  readonly live: boolean;
}

const REFRESH_MS = 2_000;
/** Ends of bans whose text is remembered. */
const MAX_ENDS = 4096;

/** The door of one engine. */
export function createDoor(parts: DoorParts): Door {
  const { settings, now } = parts;
  const enforced = createActiveBans();
  // What was only observed must never stand in the way of a ban.
  const observed = createActiveBans();
  const caps = createCaps(settings.bans_per_minute, now, parts.log);
  const logins = createRecentLogins();
  const clients = createSeenClients();
  const widening = createWidening(settings.widen);
  let proxies: readonly Protected[] = [];
  const few = createFewSources((ips) => {
    proxies = settings.protect_proxies ? ips.map(likelyProxy) : [];
    everybody = null;
    if (ips.length === 0) return;
    parts.log('error', 'all web requests come from a few addresses: probably a proxy. They are not banned meanwhile', {
      addresses: ips.join(', '),
      hint: 'list them under decisions.trusted_proxies, and log X-Forwarded-For, so that the visitors behind are seen',
    });
  });
  let system: readonly Protected[] = [];
  /** All who are protected; null when it must be made anew. */
  let everybody: readonly Protected[] | null = null;
  let systemAt = Number.NEGATIVE_INFINITY;
  /** On the log's own clock, of the wish at the door. */
  let wishAt = 0;
  const known = {
    protected: [] as readonly Protected[],
    protectPrivate: settings.protect_private,
    ipv6Prefix: settings.ipv6_prefix,
    widest: { 4: settings.widest_ipv4, 6: settings.widest_ipv6 },
    shield: (network: Network) => parts.shield?.(network) ?? null,
    hasGuest: (network: Network, except: string) => logins.within(network, wishAt).some((ip) => ip !== except),
  };
  const ends = new Map<number, string>();
  for (const decision of parts.active) {
    (decision.state === 'observed' ? observed : enforced).add(decision);
    if (decision.origin !== 'rule' || now() - decision.at > settings.widen.within * 1000) continue;
    const network = parseNetwork(decision.ip);
    if (network !== null) widening.note(network, decision.at);
  }

  function facts(at: number): DoorFacts {
    // Also when the clock was set back: what is protected must not grow old meanwhile.
    if (Math.abs(now() - systemAt) >= REFRESH_MS) {
      system = parts.systemProtected();
      systemAt = now();
      everybody = null;
    }
    everybody ??= [...parts.allowlist, ...system, ...proxies];
    known.protected = everybody;
    wishAt = at;
    return known;
  }

  /** Whoever is banned goes on, and is refused again and again: when a ban ends is written once. */
  function endOf({ expiresAt }: DecisionRecord): string {
    let text = ends.get(expiresAt);
    if (text === undefined) {
      if (ends.size >= MAX_ENDS) ends.clear();
      text = `already banned until ${new Date(expiresAt).toISOString()}`;
      ends.set(expiresAt, text);
    }
    return text;
  }

  function accept(wish: Wish): DoorAnswer {
    const check = checkDoor(wish.ip, facts(wish.at));
    if (!check.ok) {
      if (check.code === 'prefix-too-wide') caps.bit('prefix');
      return refuse(wish, check.code, check.detail);
    }
    const { ip, network } = check;
    const isReal = parts.mode() === 'enforce' && !wish.observe;
    const already = enforced.covering(network, ip) ?? (isReal ? null : observed.covering(network, ip));
    if (already !== null && already.expiresAt > (parts.live ? now() : wish.at))
      return refuse(
        wish,
        'active',
        already.ip === ip ? endOf(already) : `${endOf(already)} by the ban of ${already.ip}`,
      );
    const offence = parts.priorBans(ip, wish.at - settings.memory * 1000);
    const seconds = lengthOf(wish, offence);
    if (parts.live && wish.at + seconds * 1000 <= now())
      return refuse(wish, 'expired', 'the ban would already have ended: the log lines are old');
    const over = wish.observe ? null : capReached(wish, network);
    if (over !== null) return over;
    const record = recordOf(wish, { ip, seconds, offence, isReal });
    (isReal ? enforced : observed).add(record);
    if (!wish.observe) {
      clients.banned(network);
      if (parts.live) caps.count();
    }
    const wider = wish.origin === 'rule' ? widened(widening.note(network, wish.at), record, wish) : undefined;
    return wider === undefined ? { decision: record } : { decision: record, wider };
  }

  function lengthOf(wish: Wish, offence: number): number {
    const seconds = wish.escalates ? escalate(wish.baseSeconds, offence, settings, wish.growth) : wish.baseSeconds;
    return Math.max(seconds, Math.ceil(((wish.until ?? 0) - wish.at) / 1000));
  }

  function capReached(wish: Wish, network: Network): Refused | null {
    if (parts.live && wish.origin === 'rule' && clients.tooMany(network, settings.max_share, wish.at)) {
      caps.bit('clients');
      return refuse(
        wish,
        'share-cap',
        `more than ${Math.round(settings.max_share * 100)} % of the clients served lately`,
      );
    }
    if (parts.live && caps.overRate()) {
      caps.bit('rate');
      return refuse(wish, 'rate-cap', `more than ${settings.bans_per_minute} bans in a minute`);
    }
    if (enforced.size + observed.size < settings.max_active) return null;
    caps.bit('total');
    return refuse(wish, 'total-cap', `${settings.max_active} bans are active`);
  }

  /** The widest network that may be banned; else why the narrowest may not. */
  function widened(asked: readonly Wider[], child: DecisionRecord, wish: Wish): DoorAnswer | undefined {
    let answer: DoorAnswer | undefined;
    for (const wider of asked) {
      answer = acceptWider(wider, child, wish);
      if ('decision' in answer) return answer;
    }
    return answer;
  }

  function acceptWider({ network, children }: Wider, child: DecisionRecord, wish: Wish): DoorAnswer {
    const ip = formatNetwork(network);
    const bans = (child.state === 'observed' ? observed : enforced).within(network);
    const wide: Wish = {
      ...wish,
      ip,
      baseSeconds: child.seconds,
      escalates: false,
      until: Math.max(child.expiresAt, ...bans.filter((each) => each.origin === 'rule').map((each) => each.expiresAt)),
      reason: `${wish.reason}; ${children.length} networks of ${ip} were banned: ${children.slice(0, 4).join(', ')}${children.length > 4 ? ' ...' : ''}`,
    };
    const guest = logins.within(network, wish.at)[0];
    if (guest !== undefined) return refuse(wide, 'recent-login', `somebody logged in from ${guest} in the last day`);
    const served = clients.within(network, wish.at)[0];
    if (served !== undefined) return refuse(wide, 'seen-clients', `${served} was served within the hour`);
    return accept(wide);
  }

  /** What recent logins say before anything else. */
  function loginVerdict(detection: StoredDetection, ip: string): LoginVerdict {
    if (!settings.forgive_logins) return { kind: 'none' };
    const network = detection.entity['source.ip'] === undefined ? parseNetwork(ip) : null;
    if (network === null) return logins.about(detection);
    const guest = detection.rule.level === 'critical' ? undefined : logins.within(network, detection.at)[0];
    return guest === undefined
      ? { kind: 'none' }
      : { kind: 'refuse', code: 'recent-login', detail: `somebody logged in from ${guest} in the last day` };
  }

  function consider(detection: StoredDetection): DoorAnswer | null {
    const ip = detection.entity['source.ip'] ?? detection.entity['source.network'];
    const { rule } = detection;
    if (rule.action === 'alert' || ip === undefined) return null;
    const verdict = loginVerdict(detection, ip);
    // Many people behind one address: a short ban that does not grow.
    const soft = verdict.kind === 'soften';
    const wanted = rule.banSeconds ?? settings.ban;
    const wish: Wish = {
      ip,
      at: parts.live ? Math.min(detection.at, now()) : detection.at,
      baseSeconds: soft ? Math.min(wanted, settings.ban) : wanted,
      escalates: !soft,
      growth: rule.growth,
      origin: 'rule',
      rule: rule.id,
      detection: detection.id,
      reason: soft ? `${rule.title}; kept short: ${verdict.users} people log in from there` : rule.title,
      observe: rule.action === 'observe',
    };
    if (verdict.kind === 'refuse') return refuse(wish, verdict.code, verdict.detail);
    return accept(wish);
  }

  function isNeighbourhood(network: Network): boolean {
    return network.bits < (network.family === 4 ? 32 : settings.ipv6_prefix);
  }

  function forget(decisions: readonly DecisionRecord[]): readonly DecisionRecord[] {
    for (const decision of decisions) (decision.state === 'observed' ? observed : enforced).delete(decision);
    return decisions;
  }

  return {
    consider,
    protection(ip) {
      const check = checkDoor(ip, facts(now()));
      return check.ok ? null : { code: check.code, detail: check.detail };
    },
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
        observe: false,
      }),
    notice(event) {
      if (parts.live) {
        clients.notice(event);
        few.notice(event);
      }
      const detection = logins.notice(event);
      const answer = detection === null ? null : consider(detection);
      return detection === null || answer === null ? null : { detection, answer };
    },
    expire: (time) => [...enforced.takeEnded(time), ...observed.takeEnded(time)],
    lift(ip) {
      const network = parseNetwork(ip);
      if (network === null) return [];
      const found = new Set<DecisionRecord>();
      for (const bans of [enforced, observed]) {
        for (const each of bans.within(network)) found.add(each);
        // Every ban that covers it, or it would be let in and stay out.
        const text = formatNetwork(network);
        for (let cover = bans.covering(network, text); cover !== null; cover = bans.covering(network, text)) {
          found.add(cover);
          bans.delete(cover);
        }
      }
      for (const each of forget([...found])) {
        const lifted = parseNetwork(each.ip)!;
        widening.forget(lifted);
        clients.lifted(lifted);
      }
      return [...found];
    },
    liftAll() {
      const all = [...enforced.values()];
      for (const each of forget(all)) clients.lifted(parseNetwork(each.ip)!);
      return all;
    },
    replacedBy(ip) {
      const wide = enforced.get(ip);
      const network = parseNetwork(ip);
      if (wide === undefined || network === null || wide.origin !== 'rule' || !isNeighbourhood(network)) return [];
      return forget(
        enforced
          .within(network)
          .filter((each) => each !== wide && each.origin === 'rule' && each.expiresAt <= wide.expiresAt),
      );
    },
    active: () => [...enforced.values(), ...observed.values()],
    get activeCount() {
      return enforced.size + observed.size;
    },
    caps: () => [
      caps.stateOf('rate', settings.bans_per_minute, caps.lastMinute),
      caps.stateOf('total', settings.max_active, enforced.size + observed.size),
      caps.stateOf('clients', settings.max_share, clients.bannedShare),
      caps.stateOf('prefix', settings.widest_ipv6, 0),
    ],
    likelyProxies: () => few.likelyProxies,
  };
}

function likelyProxy(ip: string): Protected {
  return { network: parseNetwork(ip)!, code: 'likely-proxy', detail: ip };
}
