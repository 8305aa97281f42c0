/** Settings of deciding: how long, how often, and whom never. */
import { z } from 'zod';
import { durationSetting } from '../kit/duration.ts';

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
  bans_per_minute: z.number().int().min(1).default(600).describe('Above this rate bekci only alerts.'),
  max_active: z.number().int().min(1).default(100_000).describe('Most bans at one time.'),
  allowlist: z.array(z.string()).default([]).describe('Addresses, networks and DNS names that are never banned.'),
  trusted_proxies: z
    .array(z.string())
    .default([])
    .describe('Your own proxies and load balancers (addresses, networks): never banned.'),
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
