/** Settings of the sources that read from message brokers. */
import { z } from 'zod';
import { secretSetting } from '../../kit/secret.ts';
import { lineShape, silenceShape } from '../syslog/settings.ts';

/** TLS towards a broker. */
const brokerTls = z
  .strictObject({
    ca: z.string().min(1).optional().describe('Certificates that sign the broker, PEM. The system’s by default.'),
    cert: z.string().min(1).optional().describe('Our certificate, PEM.'),
    key: z.string().min(1).optional().describe('Its key, PEM.'),
  })
  .describe('Speak TLS; {} with the system’s certificates.');

/** TLS settings as parsed. */
export type BrokerTls = z.infer<typeof brokerTls>;

const from = z
  .enum(['start', 'end'])
  .default('end')
  .describe('Where a consumer that never read before begins. Later it goes on where it stopped.');

/** `type: nats`. */
export const natsSettings = z.strictObject({
  type: z.literal('nats'),
  servers: z.array(z.string().min(1)).min(1).max(16).default(['127.0.0.1:4222']).describe('host:port of the servers.'),
  subject: z.string().min(1).max(256).describe('Subject, also with * and >: logs.>'),
  stream: z
    .string()
    .regex(/^[^\s.*>]{1,128}$/)
    .optional()
    .describe('JetStream stream to read by a durable consumer: nothing is lost. Without it a plain subscription.'),
  durable: z
    .string()
    .regex(/^[^\s.*>]{1,128}$/)
    .default('bekci')
    .describe('Name of the durable consumer, unique to this installation.'),
  user: z.string().optional(),
  password: secretSetting.optional(),
  token: secretSetting.optional(),
  credentials: z.string().optional().describe('A .creds file.'),
  tls: brokerTls.optional(),
  from,
  ...lineShape,
  ...silenceShape,
});

/** `type: kafka`. */
export const kafkaSettings = z.strictObject({
  type: z.literal('kafka'),
  brokers: z.array(z.string().min(1)).min(1).max(64).describe('host:port of brokers to begin with.'),
  topics: z.array(z.string().min(1).max(249)).min(1).max(256).describe('Topics to read.'),
  group: z.string().min(1).max(255).default('bekci').describe('Consumer group, unique to this installation.'),
  sasl: z
    .strictObject({
      mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']),
      user: z.string().min(1),
      password: secretSetting,
    })
    .optional(),
  tls: brokerTls.optional(),
  from,
  ...lineShape,
  ...silenceShape,
});

/** Settings as parsed. */
export type NatsSettings = z.infer<typeof natsSettings>;
/** Settings as parsed. */
export type KafkaSettings = z.infer<typeof kafkaSettings>;
