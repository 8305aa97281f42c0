/** Lifts the narrower bans that a wider one made needless, once the wider one is proved: nobody is let in meanwhile. */
import type { Store } from '../store/store.ts';
import type { Door } from './door.ts';
import type { Enforcer } from './enforcer.ts';

/** What it works on. */
export interface ReplaceParts {
  readonly door: Pick<Door, 'replacedBy'>;
  readonly store: Pick<Store, 'setDecisionState'>;
  readonly enforcer: Pick<Enforcer, 'revoke'>;
}

/** To be called when the ban of a network is in force. */
export function replaceNarrower(ip: string, { door, store, enforcer }: ReplaceParts): void {
  const gone = door.replacedBy(ip);
  if (gone.length === 0) return;
  store.setDecisionState(gone.map(({ id }) => ({ id, state: 'revoked', error: `covered by the ban of ${ip}` })));
  enforcer.revoke(gone.map((each) => each.ip));
}
