/** The settings of every kind of source; the sources themselves are only loaded by who reads from them. */
import { z } from 'zod';
import { kafkaSettings, natsSettings } from './broker/settings.ts';
import { dockerFilesSettings, dockerSettings, kubernetesSettings } from './container/settings.ts';
import { httpSettings } from './http/settings.ts';
import { cloudtrailSettings, commandSettings, socketSettings, stdinSettings } from './local/settings.ts';
import { fileSettings, journaldSettings } from './settings.ts';
import { isLoopback, parseListen } from './stream/listen-address.ts';
import { NEEDS_PEERS, needsPeers, syslogSettings } from './syslog/settings.ts';

/** Settings of any source, told apart by `type`. */
export const sourceSettings = z
  .discriminatedUnion('type', [
    fileSettings,
    journaldSettings,
    syslogSettings,
    dockerFilesSettings,
    dockerSettings,
    kubernetesSettings,
    httpSettings,
    socketSettings,
    commandSettings,
    stdinSettings,
    cloudtrailSettings,
    natsSettings,
    kafkaSettings,
  ])
  .refine((setting) => !('peers' in setting) || needsPeers(setting), NEEDS_PEERS)
  .refine(
    (setting) => setting.type !== 'http' || setting.token !== undefined || isLoopback(parseListen(setting.listen).host),
    { message: 'listening beyond loopback needs a token: {file: /etc/bekci/http-token}', path: ['token'] },
  )
  .refine((setting) => setting.type !== 'syslog' || !setting.transport.includes('tls') || setting.tls !== undefined, {
    message: 'transport tls needs a certificate: tls: {cert: FILE, key: FILE}',
    path: ['tls'],
  });

/** Settings of one source. */
export type SourceSettings = z.infer<typeof sourceSettings>;
