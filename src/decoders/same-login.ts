/**
 * What events about logins share: the action, its outcome, the way to prove oneself. There are a few dozen such combinations, and for
 * each one object, so that rules which ask about nothing else are asked once for all lines of a kind.
 */
import { copyText } from '../kit/text.ts';
import type { Alike } from '../model/log-event.ts';

/** Ways remembered of an action: a program has a handful, what claims to be one may invent any. */
const MAX_WAYS = 64;

/** Every field of a login or a session that is no name, address or reason; what derives from them (`event.type`) too. */
const FIELDS: readonly ReadonlySet<string>[] = [
  new Set([
    'event.category',
    'event.action',
    'event.outcome',
    'event.type',
    'pam.service',
    'ssh.method',
    'user.invalid',
  ]),
];

const OUTCOMES = ['success', 'failure'];

const known = new Map<string, Map<string, (Alike | undefined)[]>>();

/**
 * The object of all events with this action, outcome, way (the method or the PAM service), for unknown users or not; undefined where there
 * are too many. All fields named above must follow from the four.
 */
export function sameLogin(
  action: string,
  outcome: string | undefined,
  way: string,
  invalid: boolean,
): Alike | undefined {
  let ways = known.get(action);
  if (ways === undefined) {
    ways = new Map();
    known.set(action, ways);
  }
  let same = ways.get(way);
  if (same === undefined) {
    if (ways.size >= MAX_WAYS) return undefined;
    same = [undefined, undefined, undefined, undefined, undefined, undefined];
    ways.set(copyText(way), same);
  }
  const place = (outcome === undefined ? 0 : 1 + OUTCOMES.indexOf(outcome)) * 2 + (invalid ? 1 : 0);
  const alike = same[place];
  if (alike !== undefined) return alike;
  const made: Alike = { parts: [{}], fields: FIELDS };
  same[place] = made;
  return made;
}
