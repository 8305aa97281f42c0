/** Settings of deciding: how long, how often, and whom never. */
import { z } from 'zod';
import { durationSetting } from '../kit/duration.ts';
import { ALLOWLIST_HINT, isAllowlistEntry, isNetwork, NETWORK_HINT } from './allowlist-entry.ts';

/** Declared once: types, validation, editor schema and reference come from here. */
export const decisionSettings = z.strictObject({
  ban: durationSetting.prefault('10m').describe('Length of a first ban when the rule names none.'),
  escalation: z
    .number()
    .min(1)
    .max(100)
    .default(4)
    .describe('Each further ban of the same address is this many times longer.'),
  ceiling: durationSetting.prefault('1w').describe('No ban is longer than this.'),
  memory: durationSetting.prefault('30d').describe('Bans older than this no longer count for escalation.'),
  ipv6_prefix: z
    .number()
    .int()
    .min(48)
    .max(128)
    .default(64)
    .describe('Prefix banned around an IPv6 address: a /64 is one customer.'),
  widest_ipv4: z.number().int().min(24).max(32).default(24).describe('No IPv4 network wider than this is ever banned.'),
  widest_ipv6: z
    .number()
    .int()
    .min(48)
    .max(128)
    .default(48)
    .describe('No IPv6 network wider than this is ever banned.'),
  widen: z
    .strictObject({
      ipv6: z.boolean().default(true).describe('Ban a /56 or /48 when enough networks in it were banned.'),
      ipv4: z.boolean().default(false).describe('Ban a /24 when enough addresses in it were banned.'),
      children_56: z.number().int().min(2).max(256).default(4).describe('Banned /64s that make a /56 be banned.'),
      children_48: z.number().int().min(2).max(256).default(8).describe('/56s with bans that make a /48 be banned.'),
      children_24: z.number().int().min(2).max(256).default(16).describe('Banned addresses that make a /24 be banned.'),
      within: durationSetting.prefault('1h').describe('Bans older than this are no evidence for widening.'),
    })
    .prefault({})
    .describe('Banning a neighbourhood once enough of it was banned; never over somebody who logged in or is served.'),
  bans_per_minute: z.number().int().min(1).default(600).describe('Above this rate bekci only alerts.'),
  max_active: z.number().int().min(1).default(100_000).describe('Most bans at one time.'),
  allowlist: z
    .array(z.string().refine(isAllowlistEntry, ALLOWLIST_HINT))
    .default([])
    .describe('Addresses, networks, DNS names and autonomous systems (AS13335) that are never banned.'),
  asn_database: z
    .string()
    .optional()
    .describe('File that tells the networks of autonomous systems (iptoasn TSV or GeoLite2-ASN CSV, also .gz).'),
  trusted_proxies: z
    .array(z.string().refine(isNetwork, NETWORK_HINT))
    .default([])
    .describe(
      'Your own proxies and load balancers (addresses, networks): never banned, and the client they name in the log is taken for the source.',
    ),
  protect_proxies: z
    .boolean()
    .default(true)
    .describe('Do not ban the few addresses that all web traffic comes from: probably a proxy that is not listed.'),
  forgive_logins: z
    .boolean()
    .default(true)
    .describe('Failures of somebody who logged in from the same address within a day do not ban (up to 20 an hour).'),
  max_share: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('Rules never ban more than this share of the clients served within an hour (from 20 clients on).'),
  confirm_within: durationSetting
    .prefault('0s')
    .describe(
      'After a start in enforce mode, lift everything and observe unless `bekci confirm` comes within this; 0s never.',
    ),
  protect_private: z.boolean().default(true).describe('Never ban private, shared and unique-local addresses.'),
});

/** Parsed settings; durations in seconds. */
export type DecisionSettings = z.infer<typeof decisionSettings>;
