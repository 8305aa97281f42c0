/**
 * Ivanti Connect Secure, before that Pulse Secure and Juniper SA: `TIME - NODE - [ADDRESS] USER(REALM)[ROLES] - TEXT`, the standard filter
 * of its logs. The address in brackets is the appliance's; the user's name follows it.
 */
import { defineProgram } from '../../message/program.ts';

const HEADS = ['{word} {word} - {word:observer.name} - ', '- {word:observer.name} - ', '{word:observer.name} - ', ''];
const WHO = ['Root::', ''].map((led) => `[{ip}] ${led}{text:user.name}({text:user.domain})[{text}`);

function said(what: string): string[] {
  return HEADS.flatMap((head) => WHO.map((who) => `${head}${who}] - ${what}`));
}

/** Ivanti Connect Secure. */
export const pulse = defineProgram({
  name: 'pulse-secure',
  programs: ['pulse-secure', 'PulseSecure', 'Juniper', 'ivanti', 'pulse', 'ics'],
  fail: [
    ...said('Login failed {text:event.reason}'),
    ...said('Login failed. {text:event.reason}'),
    ...said('((Primary|Secondary)) authentication failed for {text:event.reason}'),
  ],
  ok: [
    ...said('Login succeeded for {text:event.reason}'),
    ...said('Agent login succeeded for {text:event.reason}'),
    ...said('((Primary|Secondary)) authentication successful for {text:event.reason}'),
  ],
  groups: [
    {
      fields: { 'event.category': 'session', 'event.action': 'logout' },
      patterns: [...said('Logout from {text:event.reason}'), ...said('Session timed out {text:event.reason}')],
    },
    {
      fields: { 'event.category': 'session', 'event.action': 'message' },
      patterns: said('{text:event.reason}'),
    },
  ],
});
