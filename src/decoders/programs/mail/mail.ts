/** Mail servers other than Postfix. Each address stands where the server wrote it, never in the login name. */
import { defineProgram } from '../../message/program.ts';

/** sendmail and its submission agent. */
export const sendmail = defineProgram({
  name: 'sendmail',
  programs: ['sendmail', 'sm-mta', 'sm-acceptingconnections', 'sendmail-mta'],
  fail: [
    '{word}: AUTH failure ({word}): {text:event.reason}, relay={peer:source.domain} [{ip}]',
    '{word}: AUTH failure ({word}): {text:event.reason}, relay=[{ip}][[ (may be forged)]]',
    '{word}: AUTH failure ({word}): {text:event.reason}, relay={peer:source.domain} [{ip}] (may be forged)',
    'AUTH failure ({word}): {text:event.reason}, relay=[{ip}][[ (may be forged)]]',
    'AUTH failure ({word}): {text:event.reason}, relay={peer:source.domain} [{ip}][[ (may be forged)]]',
  ],
  probe: [
    '{word}: {peer:source.domain} [{ip}]: possible SMTP attack: command={word}, count={num}',
    '{word}: [{ip}]: possible SMTP attack: command={word}, count={num}',
    '{word}: {peer:source.domain} [{ip}] did not issue MAIL/EXPN/VRFY/ETRN during connection to {word}',
    '{word}: [{ip}] did not issue MAIL/EXPN/VRFY/ETRN during connection to {word}',
    '{word}: rejecting commands from {peer:source.domain} [{ip}] due to pre-greeting traffic after {num} seconds',
    '{word}: rejecting commands from [{ip}] due to pre-greeting traffic after {num} seconds',
    'rejecting commands from ((|{peer:source.domain} ))[{ip}] due to pre-greeting traffic after {num} seconds',
    '{word}: {peer:source.domain} [{ip}] (may be forged): possible SMTP attack: command={word}, count={num}',
    '{word}: ((|{peer:source.domain} ))[{ip}]: ((EXPN|VRFY|expn|vrfy)) {text} [rejected]',
  ],
});

/** Cyrus' refusal; its servers may carry the same names as Courier's. */
const BAD_LOGIN = [
  'badlogin: {peer:source.domain} [{ip}] {word} {text:event.reason}',
  'badlogin: {peer:source.domain}[{ip}] {word} {text:event.reason}',
  'badlogin: [{ip}] {word} {text:event.reason}',
];

/** Courier's POP and IMAP servers. */
export const courier = defineProgram({
  name: 'courier',
  programs: [
    'pop3d',
    'imapd',
    'pop3d-ssl',
    'imapd-ssl',
    'pop3login',
    'imaplogin',
    'courierpop3login',
    'courierimaplogin',
    'imapd-login',
  ],
  fail: [
    'Login excessive login failures user={user} auth={word} host={peer:source.domain} [{ip}]',
    'Login excessive login failures user={user} auth={word} host=[{ip}]',
    'Login failed user={user} auth={word} host={peer:source.domain} [{ip}]',
    'Login failed user={user} auth={word} host=[{ip}]',
    'Login ((disabled|SYSTEM BREAK-IN ATTEMPT)) user={user} auth={word} host={peer:source.domain} [{ip}]',
    'Login ((disabled|SYSTEM BREAK-IN ATTEMPT)) user={user} auth={word} host=[{ip}]',
    'Failed {text} override of user={user} host={peer:source.domain} [{ip}]',
    'LOGIN FAILED, user={user}, ip=[{ip}][[, port=[{port}]]]',
    'LOGIN FAILED, method={word}, ip=[{ip}]',
    'LOGIN FAILED, ip=[{ip}]',
    'LOGIN FAILED, method={word}, user={user}, ip=[{ip}][[, port=[{port}]]]',
    ...BAD_LOGIN,
  ],
  ok: [
    'LOGIN, user={user}, ip=[{ip}], port=[{port}], protocol={word}',
    'LOGIN, user={user}, ip=[{ip}], protocol={word}',
  ],
  info: ['Connection, ip=[{ip}]', 'DISCONNECTED, ip=[{ip}]'],
});

/** Courier's SMTP server. */
export const courierSmtp = defineProgram({
  name: 'courier-smtp',
  programs: ['courieresmtpd', 'courieresmtpd-ssl'],
  fail: [
    'error,relay={ip},msg="535 Authentication failed.",cmd: {text}',
    'error,relay={ip},port={port},msg="535 Authentication failed.",cmd: {text}',
  ],
  probe: ['error,relay={ip},{text:event.reason}', 'error,relay={ip},port={port},{text:event.reason}'],
});

/** Cyrus IMAP, POP3 and sieve. */
export const cyrus = defineProgram({
  name: 'cyrus',
  programs: [
    'cyrus/imap',
    'cyrus/imaps',
    'cyrus/pop3',
    'cyrus/pop3s',
    'cyrus/timsieved',
    'cyrus/sieve',
    'cyrus/imapd',
    'cyrus/pop3d',
    'imap',
    'pop3',
    'imaps',
    'pop3s',
    'sieve',
    'timsieved',
  ],
  fail: BAD_LOGIN,
  ok: ['login: {peer:source.domain} [{ip}] {word:user.name} {text}'],
});

/** University of Washington's IMAP and POP3 servers. */
export const uwimap = defineProgram({
  name: 'uwimap',
  programs: ['ipop3d', 'imapd-uw', 'ipop2d'],
  fail: [
    'Login failed user={user} auth={word} host={peer:source.domain} [{ip}]',
    'Login failed user={user} auth={word} host=[{ip}]',
    'Login excessive login failures user={user} auth={word} host={peer:source.domain} [{ip}]',
    'Login excessive login failures user={user} auth={word} host=[{ip}]',
    'Login ((disabled|SYSTEM BREAK-IN ATTEMPT)) user={user} auth={word} host={peer:source.domain} [{ip}]',
    'Login ((disabled|SYSTEM BREAK-IN ATTEMPT)) user={user} auth={word} host=[{ip}]',
    'Failed {text} override of user={user} host={peer:source.domain} [{ip}]',
  ],
});

/** solid-pop3d: the address closes the line. */
export const solidPop3d = defineProgram({
  name: 'solid-pop3d',
  fail: [
    'authentication failed: {text:event.reason}: {user} - {ip}',
    "can't find APOP secret for user {user} - {ip}",
    'APOP authentication failed for user {user} - {ip}',
    "authentication failed: can't map user name: {user} - {ip}",
    'authentication failed for ((|mapped ))user {user} - {ip}',
    'root login not allowed - {ip}',
  ],
});

/** Horde's own log: the first bracket closes behind the login name at the end of the known text. */
export const horde = defineProgram({
  name: 'horde',
  programs: ['HORDE', 'horde'],
  fail: ['', 'HORDE ', '{pre}HORDE '].flatMap((led) =>
    ['[on line {num} of "{word}"]', '[pid {num} on line {num} of "{word}"]'].flatMap((tail) => [
      `${led}[{word}] [{word}] FAILED LOGIN for {user} [{ip}] to Horde ${tail}`,
      `${led}[{word}] [{word}] FAILED LOGIN for {user} [{ip}] to {word} ${tail}`,
      `${led}[{word}] [{word}] FAILED LOGIN for {user} [{ip}](forwarded for [{word}]) to {word} ${tail}`,
    ]),
  ),
});

/** qmail's rblsmtpd and patches. */
export const qmail = defineProgram({
  name: 'qmail',
  programs: ['qmail', 'rblsmtpd', 'qmail-smtpd', 'smtpd-qmail'],
  probe: [
    '{word} blocked {ip} {text:event.reason}',
    '{ip} pid {num}: {text:event.reason}',
    '{word} rblsmtpd: {ip} pid {num}: {text:event.reason}',
    '{word} qmail-smtpd: 421 badiprbl: ip {ip} rbl: {text:event.reason}',
  ],
});

/** SOGo groupware. */
export const sogo = defineProgram({
  name: 'sogo',
  programs: ['sogod', 'sogo'],
  fail: [
    "SOGoRootPage Login from '{ip}' for user '{user}' might not have worked{text}",
    "SOGoRootPage Login from '{ip}, {word}' for user '{user}' might not have worked{text}",
    "{pre}SOGoRootPage Login from '{ip}, {word}' for user '{user}' might not have worked{text}",
    "{pre}SOGoRootPage Login from '{ip}' for user '{user}' might not have worked{text}",
  ],
});
