/** Exim's main and reject log: `H=NAME (HELO) [ADDRESS]:PORT` is written before the answer; the helo cannot hold a blank or bracket pair of its own. */
import { defineProgram } from '../../message/program.ts';

const TAIL = '[[:{port}]][[ I=[{ip:destination.ip}]:{port:destination.port}]]';
const HOSTS = ['[{ip}]', '{peer:source.domain} [{ip}]', '({word}) [{ip}]', '{peer:source.domain} ({word}) [{ip}]'];
const PEERS = HOSTS.map((host) => `${host}${TAIL}`);

/** Exim 4. Address literals in a helo, `([192.0.2.1])`, are a word too. */
export const exim = defineProgram({
  name: 'exim',
  bare: true,
  programs: ['exim', 'exim4'],
  fail: ['', '[{num}] '].flatMap((pid) =>
    PEERS.flatMap((peer) => [
      `${pid}{word} authenticator failed for [[H=]]${peer}: 535 Incorrect authentication data (set_id={user})`,
      `${pid}{word} authenticator failed for [[H=]]${peer}: {text:event.reason}`,
      // Behind a stamp without a tag the driver's name is taken for a host's.
      `${pid}authenticator failed for [[H=]]${peer}: 535 Incorrect authentication data (set_id={user})`,
      `${pid}authenticator failed for [[H=]]${peer}: {text:event.reason}`,
    ]),
  ),
  probe: ['', '[{num}] ', '[{num}] {word} ', '{word} '].flatMap((pid) => [
    ...PEERS.flatMap((peer) => [
      `${pid}H=${peer}[[ X={word}]][[ CV={word}]] F=<{word:email.from.address}> rejected RCPT <{word:user.name}>: {text:event.reason}`,
      `${pid}H=${peer} {text:event.reason}`,
      `${pid}SMTP call from ${peer} dropped: {text:event.reason}`,
      `${pid}no MAIL in SMTP connection from ${peer} {text:event.reason}`,
      `${pid}SMTP connection from ${peer} closed by DROP in ACL`,
      `${pid}rejected ((EHLO|HELO)) from ${peer}: {text:event.reason}`,
    ]),
    ...PEERS.map((peer) => `${pid}Connection from ${peer} refused: {text:event.reason}`),
    `${pid}SA: Action: {text:event.reason} (host={peer:source.domain} [{ip}]) for {word}`,
    `${pid}SA: Action: {text:event.reason} (host=[{ip}]) for {word}`,
    `${pid}no host name found for IP address {ip}`,
    `${pid}no IP address found for host {word} (during SMTP connection from [{ip}]:{port} I=[{ip:destination.ip}]:{port:destination.port})`,
    `${pid}no IP address found for host {word} (during SMTP connection from [{ip}]:{port})`,
    ...HOSTS.map((host) => `${pid}F={word:email.from.address} H=${host}${TAIL} {text:event.reason}`),
    ...PEERS.map(
      (peer) =>
        `${pid}SMTP protocol synchronization error (input sent without waiting for greeting): rejected connection from H=${peer} input="{text}`,
    ),
    `${pid}SMTP protocol synchronization error {text:event.reason}`,
    `${pid}SMTP protocol error in "{text}" H=({word}) [{ip}] AUTH command used when not advertised`,
    `${pid}SMTP protocol error in "{text}" H=({word}) [{ip}]:{port} I=[{ip:destination.ip}]:{port:destination.port}[[ Ci={num}]] AUTH command used when not advertised`,
    `${pid}SMTP protocol error in "{text}" H=({word}) [{ip}]:{port} I=[{ip:destination.ip}]:{port:destination.port}[[ Ci={num}]] LOGIN authentication mechanism not supported`,
    `${pid}SMTP protocol error in "{text}" H={peer:source.domain} ({word}) [{ip}]:{port} I=[{ip:destination.ip}]:{port:destination.port}[[ Ci={num}]] AUTH command used when not advertised`,
  ]),
});
