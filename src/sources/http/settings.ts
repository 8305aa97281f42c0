/** Settings of the HTTP intake. */
import { z } from 'zod';
import { secretSetting } from '../../kit/secret.ts';
import { listenSetting } from '../stream/listen-address.ts';
import { tlsSettings } from '../stream/tls.ts';
import { lineShape, peerShape, silenceShape } from '../syslog/settings.ts';

/** `type: http`. */
export const httpSettings = z.strictObject({
  type: z.literal('http'),
  listen: listenSetting.default('127.0.0.1:8788').describe('host:port.'),
  token: secretSetting
    .optional()
    .describe(
      'What senders must show: Authorization: Bearer TOKEN, or as the password of Basic. Needed beyond loopback.',
    ),
  tls: tlsSettings.optional().describe('Serve HTTPS.'),
  max_body: z
    .number()
    .int()
    .min(1024)
    .max(256 * 1024 * 1024)
    .default(8 * 1024 * 1024)
    .describe('Bytes of one request, before and after unpacking.'),
  max_requests: z.number().int().min(1).max(4096).default(64).describe('Requests at once; more are answered 429.'),
  confirm: z
    .enum(['stored', 'taken'])
    .default('stored')
    .describe(
      'When a request is answered: stored waits for the disk (up to half a second), so that a crash loses nothing; taken only for the engine.',
    ),
  ...peerShape,
  ...lineShape,
  ...silenceShape,
});

/** Settings as parsed. */
export type HttpSettings = z.infer<typeof httpSettings>;
