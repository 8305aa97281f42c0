/** Every decoder there is. A new one is added here. */
import { declaredPrograms } from './all-programs.ts';
import type { LineDecoder, ProgramDecoder } from './decoder.ts';
import { netfilter } from './firewall/netfilter.ts';
import { cef, leef } from './formats/cef.ts';
import { cron, loggers, pkexec, systemd } from './programs/host.ts';
import { login } from './programs/login.ts';
import { logind } from './programs/logind.ts';
import { recordDecoders } from './programs/network/records.ts';
import { shadow } from './programs/shadow.ts';
import { sshd } from './programs/sshd.ts';
import { su } from './programs/su.ts';
import { sudo } from './programs/sudo.ts';
import { webAccess } from './web/access.ts';
import { apacheError } from './web/apache-error.ts';
import { nginxError } from './web/nginx-error.ts';

/** Decoders of messages in a syslog or journal envelope, found by program name. */
export const programDecoders: readonly ProgramDecoder[] = [
  sshd,
  sudo,
  su,
  login,
  logind,
  shadow,
  netfilter,
  cron,
  systemd,
  pkexec,
  loggers,
  cef,
  leef,
  ...recordDecoders,
  ...declaredPrograms,
];

/** Decoders of whole lines without an envelope, tried in this order. */
export const lineDecoders: readonly LineDecoder[] = [webAccess, nginxError, apacheError];
