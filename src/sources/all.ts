/** Every kind of source there is. A new one is added here. */
import { z } from 'zod';
import { createTail } from './file/tail.ts';
import { createJournald } from './journald.ts';
import { fileSettings, journaldSettings } from './settings.ts';
import type { Source, SourceContext } from './source.ts';
import { NEEDS_PEERS, needsPeers, syslogSettings } from './syslog/settings.ts';
import { createSyslog } from './syslog/syslog.ts';

/** Settings of any source, told apart by `type`. */
export const sourceSettings = z
  .discriminatedUnion('type', [fileSettings, journaldSettings, syslogSettings])
  .refine((setting) => !('peers' in setting) || needsPeers(setting), NEEDS_PEERS)
  .refine((setting) => setting.type !== 'syslog' || !setting.transport.includes('tls') || setting.tls !== undefined, {
    message: 'transport tls needs a certificate: tls: {cert: FILE, key: FILE}',
    path: ['tls'],
  });

/** Settings of one source. */
export type SourceSettings = z.infer<typeof sourceSettings>;

/** Creates the source of the given settings. */
export function createSource(settings: SourceSettings, context: SourceContext): Source {
  switch (settings.type) {
    case 'file':
      return createTail(
        {
          path: settings.path,
          program: settings.program ?? null,
          timezone: settings.timezone ?? null,
          from: settings.from,
        },
        context,
      );
    case 'journald':
      return createJournald({ command: settings.command, units: settings.units }, context);
    case 'syslog':
      return createSyslog(settings, context);
  }
}
