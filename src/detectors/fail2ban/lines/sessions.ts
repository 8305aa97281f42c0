/**
 * Failures that need several lines (`<F-MLFID>`): one line names the session and perhaps the address, another says that it
 * failed. What is known of a session is kept until it is forgotten, five minutes pass or too many are open.
 */
import type { Captures } from './fail-regex.ts';

const KEEP_MS = 300_000;
/** As many as fail2ban keeps. */
export const FAIL2BAN_SESSIONS = 100;
const MAX_USERS = 50;

/** What is known of one failure, perhaps of several lines. */
export interface Failure {
  readonly values: Captures;
  users: Set<string> | null;
  /** A failure was seen whose address is not known yet. */
  pending: boolean;
}

/** A failure of one line. */
export function newFailure(values: Captures): Failure {
  return { values, users: null, pending: false };
}

/** Sessions of one log. */
export class Sessions {
  private readonly known = new Map<string, { readonly failure: Failure; readonly since: number }>();
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  /** Joins a match to its session; the joined failure is returned, with `nofail` set where it is none. */
  merge(id: string, values: Captures, now: number): Failure {
    const gained = Boolean(values.get('mlfgained'));
    if (gained && !values.get('nofail')) values.set('nofail', values.get('mlfgained')!);
    const forget = Boolean(values.get('mlfforget'));
    values.delete('mlfforget');
    let failure = this.find(id, now);
    if (failure === null) {
      failure = newFailure(values);
      if (!forget) {
        addUser(failure, values.get('user'));
        this.keep(id, failure, now);
      }
    } else {
      addUser(failure, values.get('user'));
      failure.values.delete('nofail');
      failure.values.delete('mlfgained');
      if (gained) failure.pending = false;
      for (const [name, value] of values) if (value !== null) failure.values.set(name, value);
      if (forget) this.known.delete(id);
    }
    const hadPending = failure.pending;
    failure.pending = false;
    // Somebody who tries several users is no harmless one, whatever the last line says.
    if (hadPending || (failure.users !== null && failure.users.size > 1)) {
      failure.values.delete('nofail');
      failure.values.delete('mlfgained');
    }
    return failure;
  }

  private find(id: string, now: number): Failure | null {
    const found = this.known.get(id);
    if (found === undefined) return null;
    if (now - found.since <= KEEP_MS) return found.failure;
    this.known.delete(id);
    return null;
  }

  private keep(id: string, failure: Failure, now: number): void {
    this.known.set(id, { failure, since: now });
    if (this.known.size <= this.most) return;
    const oldest = this.known.keys().next();
    if (oldest.done !== true) this.known.delete(oldest.value);
  }
}

function addUser(failure: Failure, user: string | null | undefined): void {
  if (!user) return;
  failure.users ??= new Set();
  if (failure.users.size < MAX_USERS) failure.users.add(user);
}
