/** The configuration, declared once: types, validation, editor schema and reference all come from here. */
import { z } from 'zod';
import { decisionSettings } from '../decisions/settings.ts';
import { anomalySettings } from '../detectors/anomaly/settings.ts';
import { fail2banSettings } from '../detectors/fail2ban/settings.ts';
import { intelSettings } from '../detectors/intel/settings.ts';
import { alarmSettings, canarySettings } from '../guard/settings.ts';
import { durationSetting } from '../kit/duration.ts';
import { isTimeZone } from '../kit/time-zone.ts';
import { notifierSettings } from '../notifiers/all.ts';
import { responderSettings } from '../responders/all.ts';
import { sourceSettings } from '../sources/all-settings.ts';

const level = z.enum(['informational', 'low', 'medium', 'high', 'critical']);

/** What may be changed of a rule. */
export const ruleChange = z.strictObject({
  enabled: z.boolean().optional().describe('false switches the rule off.'),
  level: level.optional(),
  action: z
    .enum(['alert', 'ban', 'observe'])
    .optional()
    .describe('ban, only alert, or observe: note whom it would have banned (`bekci decisions list --observed`).'),
  mode: z
    .enum(['observe', 'enforce'])
    .optional()
    .describe('observe makes a rule that bans only note whom it would have banned, whatever the mode above.'),
  ban: durationSetting.optional().describe('Length of a first ban.'),
  threshold: z.number().int().min(1).optional().describe('Events or values that fire a correlation.'),
  timespan: durationSetting.optional().describe('Window of a correlation.'),
});

const tuning = ruleChange.extend({
  for: z
    .strictObject({
      rule: z.string().optional().describe('Id or name.'),
      tag: z.string().optional().describe('A tag or its beginning: attack.t1110 also means attack.t1110.001.'),
      level: z.array(level).min(1).optional(),
      status: z.string().optional().describe('stable, test, experimental ...'),
      product: z.string().optional(),
      service: z.string().optional(),
      category: z.string().optional(),
      path: z.string().optional().describe('Part of the path of the rule’s file.'),
    })
    .refine((chosen) => Object.keys(chosen).length > 0, 'name at least one thing by which rules are chosen')
    .describe('Which rules: all that is given must fit.'),
});

/** The whole file. */
export const configSchema = z.strictObject({
  language: z.enum(['en', 'tr']).default('en').describe('Language of alerts and of what the commands print.'),
  mode: z
    .enum(['observe', 'enforce'])
    .default('observe')
    .describe('observe decides and tells but blocks nobody; enforce blocks.'),
  timezone: z
    .string()
    .refine(isTimeZone, 'write an IANA name such as UTC or Europe/Istanbul')
    .optional()
    .describe('IANA zone in which times are written. The machine’s own by default.'),
  state_dir: z.string().optional().describe('Where decisions, windows and offsets are kept. /var/lib/bekci for root.'),
  keep: durationSetting.prefault('90d').describe('How long detections and ended bans are kept.'),
  sources: z
    .union([z.literal('auto'), z.array(sourceSettings).min(1)])
    .default('auto')
    .describe('auto finds this machine’s logs; or list them.'),
  rules: z
    .strictObject({
      bundled: z.boolean().default(true).describe('Use the rules that come with bekci.'),
      paths: z.array(z.string()).default([]).describe('Sigma files, folders or .tar.gz and .zip archives of your own.'),
      placeholders: z
        .string()
        .optional()
        .describe('Folder of lists for `expand`: NAME.txt holds the values of %NAME%, one a line.'),
      retired: z
        .boolean()
        .default(false)
        .describe('Also use rules of `paths` whose status is deprecated or unsupported.'),
      tune: z
        .array(tuning)
        .max(1000)
        .default([])
        .describe('Changes of many rules, in order: [{for: {tag: attack.discovery}, enabled: false}].'),
      honey: z
        .strictObject({
          users: z
            .array(z.string().min(1).max(256))
            .max(1000)
            .default([])
            .describe('Accounts that nobody uses: one attempt is a ban.'),
          paths: z
            .array(
              z
                .string()
                .min(2)
                .max(1024)
                .refine((path) => /[^/]/.test(path), 'the whole site is no trap'),
            )
            .max(1000)
            .default([])
            .describe('Paths of the web site that nothing links to: one request is a ban.'),
        })
        .prefault({})
        .describe('Traps: {users: [oracle, test], paths: [/old-admin]}.'),
      overrides: z
        .record(z.string(), ruleChange)
        .default({})
        .describe('Changes by rule id or name, e.g. ssh_bruteforce: {threshold: 3}.'),
    })
    .prefault({})
    .describe('What is recognised.'),
  fail2ban: fail2banSettings
    .prefault({})
    .describe('Jails and filters taken over from fail2ban (`bekci fail2ban import`).'),
  intel: intelSettings.prefault({}).describe('Lists of known-bad addresses.'),
  anomaly: anomalySettings.prefault({}).describe('Learning what is usual.'),
  decisions: decisionSettings.prefault({}).describe('How long, how often, and whom never.'),
  responders: z
    .array(responderSettings)
    .default([])
    .describe('What blocks. In enforce mode without any, nftables is used.'),
  notifiers: z.array(notifierSettings).default([]).describe('Who is told, and how.'),
  alerts: z
    .strictObject({
      wait: durationSetting
        .prefault('2s')
        .describe('How long a message waits for what else comes about the same attacker.'),
      quiet: durationSetting
        .prefault('1h')
        .describe('No second message about an attacker within this, unless it gets worse.'),
    })
    .prefault({})
    .describe('How messages are grouped.'),
  canary: canarySettings.prefault({}).describe('The proof, again and again, that the whole chain works.'),
  alarms: alarmSettings.prefault({}).describe('What bekci tells when it is itself in trouble.'),
  geo: z
    .strictObject({
      databases: z
        .union([z.literal('auto'), z.array(z.string().min(1)).max(8)])
        .default('auto')
        .describe(
          'MMDB files that know countries and networks of addresses (GeoLite2, DB-IP, IPinfo); auto looks into /usr/share/GeoIP and /var/lib/GeoIP.',
        ),
    })
    .prefault({})
    .describe('Where attackers come from, by local files; nothing is asked of anybody.'),
  http: z
    .strictObject({
      enabled: z.boolean().default(true),
      listen: z
        .string()
        .regex(/^(?:\[[0-9a-f:]+\]|[^:]+):\d{1,5}$/i, 'write host:port, e.g. 127.0.0.1:8787')
        .refine((text) => Number(/\d+$/.exec(text)?.[0]) <= 65_535, 'no port is above 65535')
        .default('127.0.0.1:8787')
        .describe('Where the dashboard, the API, /health and /metrics are served.'),
      hosts: z
        .array(z.string().min(1).max(253))
        .default([])
        .describe('Further host names under which it may be asked for, e.g. behind a proxy. Others are refused.'),
      public_url: z
        .url({ protocol: /^https?$/ })
        .max(300)
        .optional()
        .describe(
          'Where people open the dashboard, e.g. https://bekci.example.org. Its name is served, `bekci open` prints it, and passkeys are made for it.',
        ),
      trusted_proxies: z
        .array(z.string())
        .default([])
        .describe('Addresses or networks of reverse proxies whose X-Forwarded-For and -Proto are believed.'),
      tls: z
        .strictObject({
          cert: z.string().min(1).describe('Certificate with its chain, PEM.'),
          key: z.string().min(1).describe('Private key, PEM; readable by bekci alone.'),
        })
        .optional()
        .describe('Serve over TLS. A renewed certificate is taken over within a minute.'),
      session: durationSetting
        .prefault('12h')
        .describe('How long a sign-in lasts at most; four idle hours end it too.'),
    })
    .prefault({})
    .describe('The dashboard and its API.'),
});

/** A validated configuration; durations are in seconds. */
export type Config = z.infer<typeof configSchema>;
/** A configuration as written. */
export type ConfigInput = z.input<typeof configSchema>;

/** JSON Schema (draft 2020-12) for editors. */
export function configJsonSchema(): Record<string, unknown> {
  return { title: 'Bekçi configuration', ...z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) };
}
