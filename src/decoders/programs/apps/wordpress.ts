/** WordPress through the plugin that writes to syslog for fail2ban, and Synology's DSM. The peer closes the line, so a name before it cannot pass for it. */
import { defineProgram } from '../../message/program.ts';

/** WordPress with WP fail2ban (its reference lists the messages); the tag is `wordpress(SITE)` or `wp(SITE)`. */
export const wordpress = defineProgram({
  name: 'wordpress',
  programs: ['wordpress', 'wp'],
  fail: [
    'Authentication failure for {user} from {ip}',
    'Authentication attempt for unknown user {user} from {ip}',
    'REST authentication failure for {user} from {ip}',
    'REST authentication attempt for unknown user {user} from {ip}',
    'XML-RPC authentication failure for {user} from {ip}',
    'XML-RPC authentication attempt for unknown user {user} from {ip}',
    'XML-RPC authentication failure from {ip}',
    'XML-RPC multicall authentication failure from {ip}',
    'Blocked authentication attempt for {user} from {ip}',
    'Blocked username authentication attempt for {user} from {ip}',
    'Empty username from {ip}',
  ],
  ok: ['Accepted password for {user} from {ip}'],
  probe: ['Blocked user enumeration attempt from {ip}', 'Blocked access from country {word} from {ip}'],
});
/** Synology DSM's sign-in. */
export const synology = defineProgram({
  name: 'synology',
  programs: ['synocgi_auth', 'synoscgi'],
  fail: [
    'User [{user}] from [{ip}] failed to sign in to [DSM] via [{word}] due to authorization failure.',
    'User [{user}] from [{ip}] failed to log in via [{word}] due to authorization failure.',
    'Connection: User [{user}] from [{ip}] failed to log in via [{word}] due to authorization failure.',
    'SYSTEM: User [{user}] from [{ip}] failed to sign in to [DSM] via [{word}] due to authorization failure.',
  ],
  ok: [
    'User [{user}] from [{ip}] signed in to [DSM] successfully via [{word}].',
    'SYSTEM: User [{user}] from [{ip}] signed in to [DSM] successfully via [{word}].',
  ],
});
