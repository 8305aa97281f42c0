/** Settings of the sources that read containers. */
import { z } from 'zod';
import { lineShape, silenceShape } from '../syslog/settings.ts';

/** Which containers are read. */
const chosen = {
  include: z
    .array(z.string().min(1).max(256))
    .max(256)
    .default([])
    .describe('Only containers whose name or image fits one of these, e.g. [nginx*, "*/vaultwarden"]; all when empty.'),
  exclude: z.array(z.string().min(1).max(256)).max(256).default([]).describe('Never these.'),
  programs: z
    .record(z.string(), z.string())
    .default({})
    .describe(
      'What containers run, by name or image pattern, e.g. {"web*": nginx}. Otherwise the last part of the image is taken.',
    ),
  timezone: lineShape.timezone,
  ...silenceShape,
  from: z
    .enum(['start', 'end'])
    .default('end')
    .describe('Where a log begins that was there before the first start; later ones are read whole.'),
  max_files: z.number().int().min(1).max(16_384).default(1024).describe('Logs followed at once, the newest first.'),
};

/** `type: docker-files`. */
export const dockerFilesSettings = z.strictObject({
  type: z.literal('docker-files'),
  path: z.string().min(1).default('/var/lib/docker/containers').describe('Where Docker’s json-file driver writes.'),
  ...chosen,
});

/** `type: docker`. */
export const dockerSettings = z.strictObject({
  type: z.literal('docker'),
  socket: z
    .string()
    .min(1)
    .default('/var/run/docker.sock')
    .describe('The engine’s socket; Podman: /run/podman/podman.sock. Whoever may use it is root on the machine.'),
  exclude_drivers: z
    .array(z.string().min(1).max(64))
    .max(16)
    .default([])
    .describe('Never containers that log by these drivers, e.g. [journald, syslog], whose lines another source reads.'),
  ...chosen,
});

/** `type: kubernetes`. */
export const kubernetesSettings = z.strictObject({
  type: z.literal('kubernetes'),
  path: z
    .string()
    .min(1)
    .default('/var/log/pods')
    .describe('The node’s log folder: /var/log/pods, or /var/log/containers with its symlinks.'),
  namespaces: z.array(z.string()).default([]).describe('Only these namespaces (patterns); all when empty.'),
  ...chosen,
});

/** Settings that choose containers. */
export type Chosen = Pick<z.infer<typeof dockerSettings>, 'include' | 'exclude' | 'programs' | 'timezone'>;
/** Settings as parsed. */
export type DockerFilesSettings = z.infer<typeof dockerFilesSettings>;
/** Settings as parsed. */
export type DockerSettings = z.infer<typeof dockerSettings>;
/** Settings as parsed. */
export type KubernetesSettings = z.infer<typeof kubernetesSettings>;
