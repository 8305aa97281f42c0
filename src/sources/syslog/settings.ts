/** Settings of the syslog server. */
import { z } from 'zod';
import { durationSetting } from '../../kit/duration.ts';
import { isLoopback, listenSetting, networksSetting, parseListen } from '../stream/listen-address.ts';
import { tlsSettings } from '../stream/tls.ts';

/** Who may send to a source that listens. */
export const peerShape = {
  peers: networksSetting
    .default([])
    .describe('Addresses or networks that may send; others are refused and counted. Needed beyond loopback.'),
  relays: networksSetting
    .default([])
    .describe('Senders that pass on what other machines wrote, whose word about the host is believed.'),
  hosts: z
    .record(z.string(), z.string().min(1).max(253))
    .default({})
    .describe('Names of senders, e.g. {192.0.2.7: web1}. Otherwise the host is the sender’s address.'),
};

/** When a source that says nothing is told of. */
export const silenceShape = {
  silent_after: durationSetting
    .optional()
    .describe('Tell when no line came for so long; 0s never. Learned when left out.'),
};

/** Label and zone of lines that name none. */
export const lineShape = {
  program: z.string().optional().describe('Label for bare messages that name no program: nginx, apache, sshd ...'),
  timezone: z
    .string()
    .optional()
    .describe('IANA zone of stamps without one, e.g. Europe/Istanbul. The machine’s own by default.'),
};

/** Refuses an open door that was not meant. */
export function needsPeers(setting: { readonly listen: string; readonly peers: readonly string[] }): boolean {
  return setting.peers.length > 0 || isLoopback(parseListen(setting.listen).host);
}

/** What is said then. */
export const NEEDS_PEERS = {
  message: 'listening beyond loopback: say who may send, e.g. peers: [192.0.2.0/24]',
  path: ['peers'],
};

/** `type: syslog`. */
export const syslogSettings = z.strictObject({
  type: z.literal('syslog'),
  listen: listenSetting.default('127.0.0.1:5514').describe('host:port. Ports below 1024 need CAP_NET_BIND_SERVICE.'),
  transport: z
    .array(z.enum(['udp', 'tcp', 'tls']))
    .min(1)
    .max(2)
    .default(['udp', 'tcp'])
    .refine((all) => !all.includes('tls') || all.length === 1, 'tls has a port of its own: a second source')
    .describe('udp and tcp share the port; tls (RFC 5425) has its own.'),
  tls: tlsSettings.optional().describe('Needed with transport: [tls].'),
  max_connections: z.number().int().min(1).max(65_536).default(1024).describe('TCP or TLS connections at once.'),
  receive_buffer: z
    .number()
    .int()
    .min(65_536)
    .max(1 << 30)
    .default(8 * 1024 * 1024)
    .describe('Bytes the kernel keeps for UDP, as far as net.core.rmem_max allows.'),
  ...peerShape,
  ...lineShape,
  ...silenceShape,
});

/** Settings as parsed. */
export type SyslogSettings = z.infer<typeof syslogSettings>;
