/** Settings of threat intelligence. */
import { z } from 'zod';
import { durationSetting } from '../../kit/duration.ts';
import { secretSetting } from '../../kit/secret.ts';

/** Declared once. */
export const intelSettings = z.strictObject({
  lists: z
    .array(z.strictObject({ name: z.string(), path: z.string() }))
    .default([])
    .describe('Local files: one address or network a line.'),
  feeds: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[\w.-]{1,64}$/),
        url: z.string().regex(/^https?:\/\//, 'the URL begins with http:// or https://'),
        format: z.enum(['plain', 'json']).default('plain'),
        path: z.string().default('malicious_ips').describe('JSON: where the addresses are, e.g. data[*].ip.'),
        interval: durationSetting.prefault('6h').describe('How often it is asked for.'),
        headers: z.record(z.string(), secretSetting).default({}),
        max_bytes: z.number().int().min(1024).default(67_108_864).describe('A larger answer is refused.'),
        min_ratio: z
          .number()
          .min(0)
          .max(1)
          .default(0.5)
          .describe('A feed that shrinks below this share of its last good size is not taken over.'),
      }),
    )
    .default([])
    .describe('Block lists by URL. Nothing is asked for unless you list it here.'),
  action: z.enum(['alert', 'ban', 'observe']).default('alert').describe('What an address on a list brings about.'),
});

/** Parsed settings. */
export type IntelSettings = z.infer<typeof intelSettings>;
