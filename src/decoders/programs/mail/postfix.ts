/** Postfix: smtpd's refusals, failed SASL logins and peers that break off. Texts as in smtpd.c, smtpd_sasl_glue.c, postscreen. */
import { defineProgram } from '../../message/program.ts';

const TAGS = ['', 'submission/', 'smtps/', 'submissions/'].map((service) => `postfix/${service}smtpd`);

/** Postfix's servers. The client is what postfix wrote before the first colon. */
export const postfix = defineProgram({
  name: 'postfix',
  programs: [
    ...TAGS,
    'postfix',
    'postfix/postscreen',
    'postfix/smtp',
    'postfix/cleanup',
    'postfix/qmgr',
    'postfix/anvil',
    'postfix/pickup',
    'postfix/local',
    'postfix/bounce',
    'postfix/tlsproxy',
    'postfix/lmtp',
    'postfix/pipe',
    'postfix/virtual',
    'postfix/scache',
  ],
  fail: [
    'warning: {peer:source.domain}[{ip}]: SASL {word} authentication failed: {text:event.reason}, sasl_username={user}',
    'warning: {peer:source.domain}[{ip}]: SASL {word} authentication failed:{text:event.reason}',
    'warning: {peer:source.domain}[{ip}]: SASL {word} authentication failed',
  ],
  ok: ['{word}: client={peer:source.domain}[{ip}], sasl_method={word}, sasl_username={user}'],
  probe: [
    'NOQUEUE: reject: {word:smtp.command} from {peer:source.domain}[{ip}]: {text:event.reason}',
    'NOQUEUE: reject: {word:smtp.command} from {peer:source.domain}[{ip}]:{port}: {text:event.reason}',
    '{word}: reject: {word:smtp.command} from {peer:source.domain}[{ip}]: {text:event.reason}',
    'improper command pipelining after {word} from {peer:source.domain}[{ip}]: {text}',
    'lost connection after AUTH from {peer:source.domain}[{ip}]',
    'too many errors after {word} from {peer:source.domain}[{ip}]',
    'warning: non-SMTP command from {peer:source.domain}[{ip}]: {text}',
    'PREGREET {num} after {word} from [{ip}]:{port}: {text}',
    'DNSBL rank {num} for [{ip}]:{port}',
    'HANGUP after {word} from [{ip}]:{port} {text}',
    'COMMAND {word} from [{ip}]:{port} {text}',
  ],
  info: [
    'connect from {peer:source.domain}[{ip}]',
    'lost connection after {word} from {peer:source.domain}[{ip}]',
    'disconnect from {peer:source.domain}[{ip}][[ {text}]]',
    'timeout after {word} from {peer:source.domain}[{ip}]',
    'SSL_accept error from {peer:source.domain}[{ip}]: {text:event.reason}',
    '{word}: client={peer:source.domain}[{ip}]',
    'CONNECT from [{ip}]:{port} to [{ip:destination.ip}]:{port:destination.port}',
    'DISCONNECT [{ip}]:{port}',
    'PASS {word} [{ip}]:{port}',
    'warning: hostname {peer:source.domain} does not resolve to address {ip}: {text}',
    'warning: hostname {peer:source.domain} does not resolve to address {ip}',
    'Anonymous TLS connection established from {peer:source.domain}[{ip}]: {text}',
    'Untrusted TLS connection established from {peer:source.domain}[{ip}]: {text}',
    'statistics: max {word} rate {word} for ({word}:{ip}) at {text}',
    'warning: {ip}: {text}',
  ],
});
