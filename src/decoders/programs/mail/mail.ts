/** Mail servers other than Postfix. Each address stands where the server wrote it, never in the login name. */
import { defineProgram } from '../../message/program.ts';

/** sendmail and its submission agent. */
export const sendmail = defineProgram({
  name: 'sendmail',
  programs: ['sendmail', 'sm-mta', 'sm-acceptingconnections', 'sendmail-mta'],
  fail: [
    '{word}: AUTH failure ({word}): {text:event.reason}, relay={peer:source.domain} [{ip}]',
    '{word}: AUTH failure ({word}): {text:event.reason}, relay=[{ip}]',
  ],
  probe: [
    '{word}: {peer:source.domain} [{ip}]: possible SMTP attack: command={word}, count={num}',
    '{word}: [{ip}]: possible SMTP attack: command={word}, count={num}',
    '{word}: {peer:source.domain} [{ip}] did not issue MAIL/EXPN/VRFY/ETRN during connection to {word}',
    '{word}: [{ip}] did not issue MAIL/EXPN/VRFY/ETRN during connection to {word}',
    '{word}: rejecting commands from {peer:source.domain} [{ip}] due to pre-greeting traffic after {num} seconds',
  ],
});

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
    'LOGIN FAILED, user={user}, ip=[{ip}][[, port=[{port}]]]',
    'LOGIN FAILED, method={word}, ip=[{ip}]',
    'LOGIN FAILED, ip=[{ip}]',
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
    'imap',
    'pop3',
    'imaps',
    'sieve',
    'timsieved',
  ],
  fail: [
    'badlogin: {peer:source.domain} [{ip}] {word} {text:event.reason}',
    'badlogin: {peer:source.domain}[{ip}] {word} {text:event.reason}',
    'badlogin: [{ip}] {word} {text:event.reason}',
  ],
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
  ],
});

/** solid-pop3d: the address closes the line. */
export const solidPop3d = defineProgram({
  name: 'solid-pop3d',
  fail: [
    'authentication failed: {text:event.reason}: {user} - {ip}',
    "authentication failed: can't map user name: {user} - {ip}",
  ],
});

/** Horde's own log: the first bracket closes behind the login name at the end of the known text. */
export const horde = defineProgram({
  name: 'horde',
  programs: ['HORDE', 'horde'],
  fail: [
    '[{word}] [{word}] FAILED LOGIN for {user} [{ip}] to Horde [on line {num} of "{word}"]',
    '[{word}] [{word}] FAILED LOGIN for {user} [{ip}] to {word}:{num} [on line {num} of "{word}"]',
  ],
});

/** qmail's rblsmtpd and patches. */
export const qmail = defineProgram({
  name: 'qmail',
  probe: [
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
    "{pre}SOGoRootPage Login from '{ip}' for user '{user}' might not have worked{text}",
  ],
});
