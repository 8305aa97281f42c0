/** The shadow suite: accounts and groups made, changed and removed. Texts as in useradd.c, usermod.c, groupmems and passwd.c. */
import type { LogEvent } from '../../model/log-event.ts';
import type { Envelope, ProgramDecoder } from '../decoder.ts';
import { eventOf } from '../event.ts';
import { SHADOW } from '../kinds.ts';
import { decodePam } from './pam.ts';

/** Decodes account administration. */
export const shadow: ProgramDecoder = {
  name: 'shadow',
  programs: [
    'useradd',
    'adduser',
    'usermod',
    'userdel',
    'groupadd',
    'groupmod',
    'groupdel',
    'gpasswd',
    'passwd',
    'chpasswd',
    'chage',
    'chsh',
    'chfn',
  ],
  decode(envelope) {
    const message = envelope.message;
    if (message.startsWith('pam_')) return decodePam(envelope);
    if (message.startsWith('new user: name=')) return added(envelope, message);
    if (message.startsWith('new group: name='))
      return group(envelope, 'group-added', upTo(message, 16, ','), undefined);
    if (message.startsWith("add '")) return membership(envelope, message);
    if (message.startsWith('user ') && message.includes(' added by ')) return gpasswd(envelope, message);
    if (message.startsWith("delete user '")) return user(envelope, 'user-removed', upTo(message, 13, "'"), undefined);
    if (message.startsWith("delete '")) return user(envelope, 'user-changed', upTo(message, 8, "'"), undefined);
    if (message.startsWith("password for '"))
      return user(envelope, 'password-changed', upTo(message, 14, "'"), undefined);
    if (message.startsWith("change user '"))
      return user(envelope, 'user-changed', upTo(message, 13, "'"), message.slice(message.indexOf("'", 13) + 1).trim());
    return null;
  },
};

/** `new user: name=x, UID=1001, GID=1001, home=/home/x, shell=/bin/sh, from=/dev/pts/0`. */
function added(envelope: Envelope, message: string): LogEvent {
  const uid = message.indexOf(', UID=');
  const gid = message.indexOf(', GID=');
  return eventOf(envelope, SHADOW, {
    'event.category': 'iam',
    'event.action': 'user-added',
    'event.outcome': 'success',
    'user.target.name': upTo(message, 15, ','),
    'user.target.id': uid < 0 ? undefined : upTo(message, uid + 6, ','),
    'user.target.group.id': gid < 0 ? undefined : upTo(message, gid + 6, ','),
  });
}

/** `add 'NAME' to group 'GROUP'`, also to a shadow group. */
function membership(envelope: Envelope, message: string): LogEvent | null {
  const to = message.indexOf("' to ", 5);
  const open = message.indexOf("group '", to);
  if (to < 0 || open < 0) return null;
  return group(envelope, 'group-changed', upTo(message, open + 7, "'"), message.slice(5, to));
}

/** gpasswd's `user NAME added by ADMIN to group GROUP`. */
function gpasswd(envelope: Envelope, message: string): LogEvent {
  const by = message.indexOf(' added by ');
  const to = message.lastIndexOf(' to group ');
  return group(envelope, 'group-changed', to < 0 ? '' : message.slice(to + 10), message.slice(5, by));
}

function group(envelope: Envelope, action: string, name: string, member: string | undefined): LogEvent {
  return eventOf(envelope, SHADOW, {
    'event.category': 'iam',
    'event.action': action,
    'event.outcome': 'success',
    'group.name': name,
    'user.target.name': member,
  });
}

function user(envelope: Envelope, action: string, name: string, reason: string | undefined): LogEvent {
  return eventOf(envelope, SHADOW, {
    'event.category': 'iam',
    'event.action': action,
    'event.outcome': 'success',
    'user.target.name': name,
    'event.reason': reason,
  });
}

function upTo(message: string, start: number, mark: string): string {
  const end = message.indexOf(mark, start);
  return message.slice(start, end < 0 ? message.length : end);
}
