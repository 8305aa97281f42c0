/** Settings of jails that came from fail2ban. */
import { z } from 'zod';
import { durationSetting } from '../../kit/duration.ts';

/** One jail. */
export const jailSettings = z.strictObject({
  enabled: z.boolean().default(true),
  filter: z.string().min(1).describe('As in jail.conf: sshd[mode=aggressive].'),
  logs: z
    .array(z.string().min(1))
    .default([])
    .describe('Log files, patterns too. They are read even when `sources` does not list them.'),
  journal: z.boolean().default(false).describe('Read the systemd journal, with the filter’s journalmatch.'),
  journalmatch: z
    .array(z.string().min(1))
    .default([])
    .describe('Journal entries to look at, instead of the filter’s: _SYSTEMD_UNIT=ssh.service + _COMM=sshd.'),
  maxretry: z.number().int().min(1).max(100_000).default(5).describe('Failures that make a ban.'),
  findtime: durationSetting.prefault('10m').describe('Failures older than this no longer count.'),
  bantime: durationSetting.optional().describe('Length of a first ban; decisions.ban when left out.'),
  growth: z
    .union([z.number().min(1).max(100), z.array(z.number().min(0.01).max(1e7)).max(64)])
    .optional()
    .describe(
      'What bantime is multiplied by for each earlier ban of the address: 2 doubles each time, 1 never grows, [2, 4, 12] is after one, two and more. decisions.escalation when left out.',
    ),
  ceiling: durationSetting.optional().describe('No ban of this jail grows longer; decisions.ceiling when left out.'),
  ignoreip: z.array(z.string()).default([]).describe('Addresses and networks whose failures this jail does not count.'),
  action: z
    .enum(['alert', 'ban', 'observe'])
    .default('ban')
    .describe('ban, only alert, or observe: note whom it would have banned.'),
  timezone: z.string().optional().describe('Zone of stamps without one, as fail2ban’s logtimezone: UTC+0200 or CET.'),
  set: z
    .record(z.string(), z.string())
    .default({})
    .describe('Options that the jail sets over its filter: failregex, ignoreregex, datepattern, maxlines ...'),
});

/** The section `fail2ban`. */
export const fail2banSettings = z.strictObject({
  config: z.string().min(1).default('/etc/bekci/fail2ban').describe('Folder whose filter.d holds the filters.'),
  jails: z
    .record(z.string().regex(/^[\w.-]{1,64}$/), jailSettings)
    .default({})
    .describe('Jails by name.'),
});

/** Parsed settings of one jail; durations in seconds. */
export type JailSettings = z.infer<typeof jailSettings>;
/** Parsed settings. */
export type Fail2banSettings = z.infer<typeof fail2banSettings>;
