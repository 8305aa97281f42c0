/** Froxlor's event log: before a login is known its "user" is the peer's address (`REMOTE_ADDR`), as in index.php. */
import { canonicalAddress } from '../../../kit/address.ts';
import type { Fields } from '../../../model/log-event.ts';
import { type DeclaredProgram, defineProgram, withReader } from '../../message/program.ts';

const declared = defineProgram({
  name: 'froxlor',
  programs: ['Froxlor', 'froxlor', 'syscp', 'froxlor-auth'],
  fail: [
    'froxlor.WARNING: Unknown user tried to login. {json}',
    'froxlor.WARNING: User tried to login with wrong password. {json}',
    'froxlor.WARNING: {word} user tried to login. {json}',
    '{pre}tried to login. {json}',
    '{pre}tried to login with wrong password. {json}',
    "[Login Action {ip}] User '{user}' tried to login with wrong password.",
    "[Login Action {ip}] Unknown user '{user}' tried to login.",
    '[Login Action {ip}] User {user} tried to login with wrong password.',
    '[Login Action {ip}] Unknown user {user} tried to login.',
  ],
});

/** Froxlor. */
export const froxlor: DeclaredProgram = withReader(declared, read, declared.readBare);

function read(message: string): Fields | null {
  const fields = declared.read(message);
  const user = fields?.['user.name'];
  if (fields === null || typeof user !== 'string' || fields['source.ip'] !== undefined) return fields;
  if (!message.includes('"source":"login"')) return fields;
  const ip = canonicalAddress(user);
  return ip === null ? fields : { ...fields, 'source.ip': ip, 'user.name': undefined };
}
