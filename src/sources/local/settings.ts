/** Settings of sources that are processes or sockets of this machine. */
import { z } from 'zod';
import { lineShape, silenceShape } from '../syslog/settings.ts';

/** `type: stdin`. */
export const stdinSettings = z.strictObject({ type: z.literal('stdin'), ...lineShape, ...silenceShape });

/** `type: command`. */
export const commandSettings = z.strictObject({
  type: z.literal('command'),
  run: z
    .array(z.string().min(1))
    .min(1)
    .max(64)
    .describe('Program and arguments, e.g. [/usr/bin/dmesg, --follow]. No shell is asked.'),
  name: z.string().min(1).max(64).optional().describe('Name of the source; the program’s by default.'),
  ...lineShape,
  ...silenceShape,
});

/** `type: socket`. */
export const socketSettings = z.strictObject({
  type: z.literal('socket'),
  path: z.string().min(1).max(107).describe('Where the Unix stream socket is made, e.g. /run/bekci/log.sock.'),
  mode: z
    .string()
    .regex(/^0?[0-7]{3}$/, 'write three octal digits in quotes, e.g. "660"')
    .default('660')
    .describe('Rights of the socket file: who may write lines.'),
  max_connections: z.number().int().min(1).max(4096).default(256).describe('Connections at once.'),
  ...lineShape,
  ...silenceShape,
});

/** `type: cloudtrail`. */
export const cloudtrailSettings = z.strictObject({
  type: z.literal('cloudtrail'),
  ...silenceShape,
  path: z
    .string()
    .min(1)
    .describe('Pattern of the files as AWS delivers them, e.g. /srv/trail/**/*.json.gz in a folder synced from S3.'),
  from: z
    .enum(['start', 'end'])
    .default('end')
    .describe('start also reads the files that are there at the first start.'),
  timezone: lineShape.timezone,
});

/** Settings as parsed. */
export type CommandSettings = z.infer<typeof commandSettings>;
/** Settings as parsed. */
export type SocketSettings = z.infer<typeof socketSettings>;
/** Settings as parsed. */
export type CloudtrailSettings = z.infer<typeof cloudtrailSettings>;
/** Settings as parsed. */
export type StdinSettings = z.infer<typeof stdinSettings>;
