/** What the event ids of Windows' security log say (Microsoft, "Events to monitor", appendix L). */
import type { Fields } from '../../model/log-event.ts';

/** Event id to category and outcome. */
const EVENTS: Readonly<Record<string, readonly [category: string, outcome: 'success' | 'failure', action: string]>> = {
  4624: ['authentication', 'success', 'logged-in'],
  4625: ['authentication', 'failure', 'logon-failed'],
  4634: ['authentication', 'success', 'logged-out'],
  4647: ['authentication', 'success', 'logged-out'],
  4648: ['authentication', 'success', 'logged-in-explicit'],
  4672: ['iam', 'success', 'logged-in-special'],
  4688: ['process', 'success', 'created-process'],
  4689: ['process', 'success', 'exited-process'],
  4697: ['configuration', 'success', 'service-installed'],
  4720: ['iam', 'success', 'added-user-account'],
  4722: ['iam', 'success', 'enabled-user-account'],
  4723: ['iam', 'success', 'changed-password'],
  4724: ['iam', 'success', 'reset-password'],
  4725: ['iam', 'success', 'disabled-user-account'],
  4726: ['iam', 'success', 'deleted-user-account'],
  4728: ['iam', 'success', 'added-member-to-group'],
  4732: ['iam', 'success', 'added-member-to-group'],
  4738: ['iam', 'success', 'modified-user-account'],
  4740: ['iam', 'success', 'locked-out-user-account'],
  4756: ['iam', 'success', 'added-member-to-group'],
  4768: ['authentication', 'success', 'kerberos-authentication-ticket-requested'],
  4769: ['authentication', 'success', 'kerberos-service-ticket-requested'],
  4771: ['authentication', 'failure', 'kerberos-preauth-failed'],
  4776: ['authentication', 'success', 'credential-validated'],
  4778: ['session', 'success', 'session-reconnected'],
  4779: ['session', 'success', 'session-disconnected'],
  1102: ['iam', 'success', 'audit-log-cleared'],
};

/** Fields of a security event by its id and named data; empty for an id not listed. */
export function windowsFields(values: ReadonlyMap<string, string>): Fields {
  const id = values.get('eventid') ?? values.get('event_id') ?? values.get('winlog.event_id');
  const known = id === undefined ? undefined : EVENTS[id];
  if (known === undefined || id === undefined) return {};
  const [category, outcome, action] = known;
  const status = values.get('status') ?? values.get('eventdata.status') ?? '0x0';
  const failed = ['4768', '4769', '4776'].includes(id) && status !== '0x0';
  return {
    'event.category': category,
    'event.outcome': failed ? 'failure' : outcome,
    'event.action': action,
    'event.code': id,
  };
}
