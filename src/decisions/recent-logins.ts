/**
 * Who got in lately from where, so that somebody who mistyped is not shut out. A success counts for the same (address, user) pair
 * only, is capped and expires; failures on other users count in full. Bounded, and on the log's own clock.
 */
import type { Network } from '../kit/cidr.ts';
import { copyText } from '../kit/text.ts';
import type { StoredDetection } from '../model/detection.ts';
import { isAuthentication, type LogEvent } from '../model/log-event.ts';
import { createAddressIndex } from './address-index.ts';

const KEEP_MS = 24 * 3_600_000;
/** Failures older than this say nothing about the present attempt. */
const FAILURES_MS = 3_600_000;
const MAX_ADDRESSES = 20_000;
const MAX_USERS = 64;
/** More failures than this of one pair are no mistyping. */
const FORGIVEN = 20;
/** So many failures on other users, and the login excuses nothing. */
const OTHERS = 3;
/** So many people logged in from one address make it an office or a carrier's gateway. */
const SHARED_USERS = 3;
/** An office may fail so often, all users together. */
const SHARED_FORGIVEN = 50;

interface Address {
  /** User to the time of the last success; most addresses have but one of these three. */
  successes: Tally | null;
  /** User to failures since `failedFrom`. */
  failures: Tally | null;
  /** User to refused public keys: agents offer all they have, so they never outweigh a success of the same user. */
  keys: Tally | null;
  failedFrom: number;
  lastAt: number;
  /** What was forgiven; a rule that spoke stays quiet while the attack goes on, so it is asked again from here. */
  forgiven: StoredDetection | null;
}

/** What recent logins say about a detection. */
export type LoginVerdict =
  | { readonly kind: 'none' }
  /** Refuse: somebody who may, mistyped. */
  | { readonly kind: 'refuse'; readonly code: 'recent-login' | 'shared-address'; readonly detail: string }
  /** Act, but softly: many people would be hit. */
  | { readonly kind: 'soften'; readonly users: number };

/** Remembers logins. */
export interface RecentLogins {
  /** Returns a detection that was forgiven and, with this event, is so no more. */
  notice(event: LogEvent): StoredDetection | null;
  about(detection: StoredDetection): LoginVerdict;
  /** Addresses in the network (no wider than /24 or /48) from which somebody got in within the last day. */
  within(network: Network, at: number): string[];
  readonly size: number;
}

/** A number for each of a few users; most addresses try a handful, for which a Map would be a waste. */
class Tally {
  readonly users: string[] = [];
  readonly numbers: number[] = [];

  /** The number of a user, set by what becomes of the old one; false where there is no room for another user. */
  put(user: string, number: number, isAdded: boolean): boolean {
    const { users, numbers } = this;
    const at = users.indexOf(user);
    if (at >= 0) numbers[at] = isAdded ? numbers[at]! + number : number;
    else if (users.length < MAX_USERS) {
      users.push(copyText(user));
      numbers.push(number);
    } else return false;
    return true;
  }
}

/** An empty memory of logins. */
export function createRecentLogins(): RecentLogins {
  const addresses = new Map<string, Address>();
  const entered = createAddressIndex();
  let lastIp = '';
  let last: Address | undefined;

  function addressOf(ip: string, at: number): Address {
    // The lines of one connection often follow one another.
    const known = last !== undefined && ip === lastIp ? last : addresses.get(ip);
    if (known !== undefined) {
      known.lastAt = Math.max(known.lastAt, at);
      lastIp = ip;
      last = known;
      return known;
    }
    if (addresses.size >= MAX_ADDRESSES) evict();
    const fresh: Address = {
      successes: null,
      failures: null,
      keys: null,
      failedFrom: at,
      lastAt: at,
      forgiven: null,
    };
    addresses.set(copyText(ip), fresh);
    return fresh;
  }

  function fail(address: Address, user: string, event: LogEvent): void {
    if (event.time - address.failedFrom > FAILURES_MS) {
      address.failures = null;
      address.keys = null;
      address.failedFrom = event.time;
      address.forgiven = null;
    }
    const which = event.fields['ssh.method'] === 'publickey' ? 'keys' : 'failures';
    const failures = address[which] ?? new Tally();
    address[which] = failures;
    if (failures.put(user, event.repeat, true)) return;
    // The last place counts everybody else, so that many names cannot make failures vanish.
    if (failures.users.length === MAX_USERS) {
      failures.users.push('');
      failures.numbers.push(0);
    }
    failures.numbers[MAX_USERS]! += event.repeat;
  }

  function reconsider(address: Address, at: number): StoredDetection | null {
    const { forgiven } = address;
    if (forgiven === null || verdictOf(address, forgiven, at).kind === 'refuse') return null;
    address.forgiven = null;
    return { ...forgiven, at };
  }

  /** Makes room in bulk: first those who never got in, an attacker's flood of addresses must not push out the others. */
  function evict(): void {
    const most = MAX_ADDRESSES / 4;
    last = undefined;
    let gone = 0;
    for (const [ip, each] of addresses) {
      if (gone >= most) return;
      if (each.successes === null && addresses.delete(ip)) gone++;
    }
    for (const ip of addresses.keys()) {
      if (gone++ >= most) return;
      addresses.delete(ip);
      entered.delete(ip);
    }
  }

  return {
    notice(event) {
      const { fields } = event;
      const outcome = fields['event.outcome'];
      if (outcome !== 'success' && outcome !== 'failure') return null;
      if (!isAuthentication(event)) return null;
      // Further keys of a connection that has failed once already.
      if (fields['event.action'] === 'ssh-key-offer') return null;
      const ip = fields['source.ip'];
      const user = fields['user.name'];
      if (typeof ip !== 'string' || typeof user !== 'string' || user === '') return null;
      const address = addressOf(ip, event.time);
      if (outcome === 'failure') {
        fail(address, user, event);
        return reconsider(address, event.time);
      }
      if (address.successes === null) entered.add(copyText(ip));
      address.successes ??= new Tally();
      address.successes.put(user, event.time, false);
      return null;
    },
    about(detection) {
      const ip = detection.entity['source.ip'];
      const address = ip === undefined ? undefined : addresses.get(ip);
      if (address === undefined || detection.rule.level === 'critical') return { kind: 'none' };
      const verdict = verdictOf(address, detection, detection.at);
      address.forgiven = verdict.kind === 'refuse' ? detection : null;
      return verdict;
    },
    within: (network, at) =>
      entered
        .within(network)
        .filter((ip) => addresses.get(ip)?.successes?.numbers.some((since) => at - since <= KEEP_MS) === true),
    get size() {
      return addresses.size;
    },
  };
}

function verdictOf(address: Address, detection: StoredDetection, at: number): LoginVerdict {
  const { successes } = address;
  if (successes === null) return { kind: 'none' };
  const users = successes.users.filter((_, place) => at - successes.numbers[place]! <= KEEP_MS);
  if (users.length === 0) return { kind: 'none' };
  const isShared = users.length >= SHARED_USERS;
  const soften: LoginVerdict = isShared ? { kind: 'soften', users: users.length } : { kind: 'none' };
  if (!detection.rule.tags.some((tag) => tag.startsWith('attack.t1110'))) return soften;
  let own = 0;
  let others = 0;
  for (const [place, user] of (address.failures?.users ?? []).entries()) {
    const count = address.failures!.numbers[place]!;
    if (users.includes(user)) own += count;
    else others += count;
  }
  let keys = 0;
  for (const [place, user] of (address.keys?.users ?? []).entries()) {
    const count = address.keys!.numbers[place]!;
    if (users.includes(user)) keys += count;
    else others += count;
  }
  if (isShared && own + others <= SHARED_FORGIVEN && others < own + keys + users.length)
    return {
      kind: 'refuse',
      code: 'shared-address',
      detail: `${users.length} people logged in from there in the last day`,
    };
  if (own + keys > 0 && own <= FORGIVEN && others < OTHERS)
    return { kind: 'refuse', code: 'recent-login', detail: 'the same user logged in from there in the last day' };
  return soften;
}
