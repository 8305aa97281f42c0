/** Packets the kernel's filter logged: UFW, iptables LOG, nftables `log`, firewalld. Layout as in nf_log_syslog.c. */

import { canonicalAddress } from '../../kit/address.ts';
import type { LogEvent } from '../../model/log-event.ts';
import type { Envelope, ProgramDecoder } from '../decoder.ts';
import { eventOf } from '../event.ts';
import { parseDigits } from '../formats/syslog.ts';
import { NETFILTER } from '../kinds.ts';
import { decodeKernel } from '../programs/host.ts';

const DENY = /BLOCK|DROP|DENY|DENIED|REJECT|blackhole|block|drop|deny|denied|reject/;
const ALLOW = /ALLOW|ACCEPT|PASS|allow|accept/;

/** Prefix of the last line and what it meant: rule prefixes are few and repeat. */
const verdicts = new Map<string, string>();
const MAX_VERDICTS = 256;

/** Decodes packet log lines of the kernel. */
export const netfilter: ProgramDecoder = {
  name: 'netfilter',
  programs: ['kernel', 'ulogd', 'firewalld'],
  decode(envelope) {
    const message = envelope.message;
    const src = message.indexOf(' SRC=');
    if (src < 0) return decodeKernel(envelope);
    const inside = message.indexOf('IN=');
    const dst = message.indexOf(' DST=', src);
    return inside < 0 || inside > src || dst < 0 ? null : packet(envelope, message, { inside, src, dst });
  },
};

/** All fields are written by the kernel; the packet's sender chooses only addresses, ports and flags. */
function packet(
  envelope: Envelope,
  message: string,
  at: { inside: number; src: number; dst: number },
): LogEvent | null {
  const source = canonicalAddress(word(message, at.src + 5));
  if (source === null) return null;
  const proto = message.indexOf(' PROTO=', at.dst);
  const transport = proto < 0 ? undefined : word(message, proto + 7).toLowerCase();
  const out = message.indexOf(' OUT=', at.inside);
  return eventOf(envelope, NETFILTER, {
    'event.category': 'network',
    'event.action': verdictOf(message, at.inside),
    'source.ip': source,
    'destination.ip': canonicalAddress(word(message, at.dst + 5)) ?? undefined,
    'source.port': numberAt(message, ' SPT=', proto),
    'destination.port': numberAt(message, ' DPT=', proto),
    'network.transport': transport,
    'observer.ingress.interface.name': word(message, at.inside + 3) || undefined,
    'observer.egress.interface.name': (out > 0 && out < at.src ? word(message, out + 5) : '') || undefined,
  });
}

/** What the text before `IN=` says was done; the uptime stamp is left out. */
function verdictOf(message: string, inside: number): string {
  const stamp = message.charCodeAt(0) === 91 && message.charCodeAt(1) !== 85 ? message.indexOf('] ') + 2 : 0;
  const prefix = message.slice(stamp > inside ? 0 : stamp, inside);
  const known = verdicts.get(prefix);
  if (known !== undefined) return known;
  const short = prefix.slice(0, 160);
  const verdict = DENY.test(short)
    ? 'firewall-deny'
    : ALLOW.test(short)
      ? 'firewall-allow'
      : short.includes('AUDIT')
        ? 'firewall-audit'
        : 'firewall-log';
  if (verdicts.size < MAX_VERDICTS) verdicts.set(Buffer.from(prefix).toString(), verdict);
  return verdict;
}

function word(message: string, start: number): string {
  const end = message.indexOf(' ', start);
  return message.slice(start, end < 0 ? message.length : end);
}

function numberAt(message: string, key: string, from: number): number | undefined {
  const at = from < 0 ? -1 : message.indexOf(key, from);
  if (at < 0) return undefined;
  const end = message.indexOf(' ', at + key.length);
  return parseDigits(message, at + key.length, end < 0 ? message.length : end) ?? undefined;
}
