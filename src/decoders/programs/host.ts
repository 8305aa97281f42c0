/** What the system says of itself: jobs of cron, services of systemd, faults and modules of the kernel, pkexec, the ends of loggers. */
import type { Fields, LogEvent } from '../../model/log-event.ts';
import type { Envelope, ProgramDecoder } from '../decoder.ts';
import { eventOf } from '../event.ts';
import { CRON, KERNEL, PKEXEC, SYSTEMD } from '../kinds.ts';
import { wireguard } from './apps/more.ts';
import { decodePam } from './pam.ts';

const MAX_NAME = 256;

/** cron(8) and crontab(1), of Vixie's line: `(USER) CMD (COMMAND)`, `(USER) REPLACE (OWNER)`. */
export const cron: ProgramDecoder = {
  name: 'cron',
  programs: ['CRON', 'cron', 'crond', 'crontab', 'anacron'],
  repeats: true,
  decode(envelope) {
    const message = envelope.message;
    if (message.startsWith('pam_')) return decodePam(envelope);
    const close = message.charCodeAt(0) === 40 ? message.indexOf(') ') : -1;
    if (close < 0 || close > MAX_NAME || message.charCodeAt(message.length - 1) !== 41) return null;
    const user = message.slice(1, close);
    const open = message.indexOf(' (', close + 2);
    if (open < 0 || open - close > 24) return null;
    const inner = message.slice(open + 2, -1).trim();
    switch (message.slice(close + 2, open)) {
      case 'CMD':
        return eventOf(envelope, CRON, cronFields('cron-command', user, { 'process.command_line': inner }));
      case 'REPLACE':
      case 'END EDIT':
        return eventOf(envelope, CRON, cronFields('crontab-changed', user, { 'user.target.name': inner }));
      case 'DELETE':
        return eventOf(envelope, CRON, cronFields('crontab-removed', user, { 'user.target.name': inner }));
      case 'RELOAD':
        return eventOf(envelope, CRON, cronFields('crontab-loaded', user, { 'file.path': inner }));
      default:
        return null;
    }
  },
};

function cronFields(action: string, user: string, more: Fields): Fields {
  return { 'event.category': 'process', 'event.action': action, 'user.name': user, ...more };
}

/** systemd's manager: what became of a unit. The unit's name stands first, before a colon. */
export const systemd: ProgramDecoder = {
  name: 'systemd',
  programs: ['systemd'],
  openings: ['Started ', 'Starting ', 'Finished ', 'Reached target ', 'Created slice ', 'Listening on '].map(
    (text) => ({
      text,
      kind: SYSTEMD,
      action: 'unit-message',
      category: 'process',
    }),
  ),
  decode(envelope) {
    const message = envelope.message;
    if (message.startsWith('pam_')) return decodePam(envelope);
    if (message.startsWith('Stopped ')) return unit(envelope, 'service-stopped', nameBehind(message, 8));
    const colon = message.indexOf(': ');
    if (colon < 1 || colon > MAX_NAME || message.lastIndexOf(' ', colon) >= 0) return null;
    const name = message.slice(0, colon);
    if (message.startsWith('Failed with result ', colon + 2)) return unit(envelope, 'service-failed', name);
    if (message.startsWith('Scheduled restart job', colon + 2)) return unit(envelope, 'service-restarted', name);
    if (message.startsWith('Start request repeated too quickly', colon + 2))
      return unit(envelope, 'service-given-up', name);
    return null;
  },
};

function unit(envelope: Envelope, action: string, name: string): LogEvent {
  return eventOf(envelope, SYSTEMD, { 'event.category': 'process', 'event.action': action, 'service.name': name });
}

/** `rsyslog.service - System Logging Service.` of newer versions, `System Logging Service.` of older. */
function nameBehind(message: string, start: number): string {
  const dash = message.indexOf(' - ', start);
  return message.slice(start, dash < 0 ? message.length : dash).replace(/\.$/, '');
}

/** Messages of the kernel other than packets; `program[pid]: segfault at ...`, devices, modules, memory. */
export function decodeKernel(envelope: Envelope): LogEvent | null {
  const stamp = envelope.message.charCodeAt(0) === 91 ? envelope.message.indexOf('] ') + 2 : 0;
  const message = stamp > 1 && stamp < 24 ? envelope.message.slice(stamp) : envelope.message;
  if (message.startsWith('wireguard: ')) return wireguard.decode({ ...envelope, message });
  const faulty = faultyProgram(message);
  if (faulty !== null) return kernel(envelope, 'process-fault', { 'process.executable': faulty });
  if (message.endsWith(' entered promiscuous mode'))
    return kernel(envelope, 'promiscuous-mode', { 'observer.ingress.interface.name': message.split(' ', 3)[1] });
  if (message.startsWith('Out of memory: Killed process') || message.startsWith('Out of memory: Kill process'))
    return kernel(envelope, 'out-of-memory', {});
  const colon = message.indexOf(': ');
  if (colon > 0 && colon < 64) {
    const name = message.slice(0, colon);
    if (
      message.startsWith('loading out-of-tree module', colon + 2) ||
      message.startsWith('module verification failed', colon + 2)
    )
      return kernel(envelope, 'foreign-module', { 'file.name': name });
  }
  return null;
}

/** `NAME[PID]: segfault at ...` or `traps: NAME[PID] general protection fault ...`; null for anything else. */
function faultyProgram(message: string): string | null {
  const start = message.startsWith('traps: ') ? 7 : 0;
  const open = message.indexOf('[', start);
  const close = open - start > 0 && open - start < 64 ? message.indexOf(']', open) : -1;
  if (close < 0 || close - open > 11) return null;
  const at = message.charCodeAt(close + 1) === 58 ? close + 3 : close + 2;
  const name = message.slice(start, open);
  if (name.includes(' ')) return null;
  return message.startsWith('segfault at', at) || message.startsWith('general protection', at) ? name : null;
}

function kernel(envelope: Envelope, action: string, more: Fields): LogEvent {
  return eventOf(envelope, KERNEL, { 'event.category': 'host', 'event.action': action, ...more });
}

/** pkexec(1): `USER: REASON [USER=root] [TTY=...] [CWD=...] [COMMAND=...]`. */
export const pkexec: ProgramDecoder = {
  name: 'pkexec',
  programs: ['pkexec'],
  decode(envelope) {
    const message = envelope.message;
    if (message.startsWith('pam_')) return decodePam(envelope);
    const colon = message.indexOf(': ');
    const fields = message.indexOf(' [USER=');
    if (colon < 1 || colon > MAX_NAME || fields < colon) return null;
    const reason = message.slice(colon + 2, fields);
    const command = message.lastIndexOf('[COMMAND=');
    return eventOf(envelope, PKEXEC, {
      'event.category': 'process',
      'event.action': 'pkexec',
      'event.outcome': reason.startsWith('Executing command') ? 'success' : 'failure',
      'event.reason': reason,
      'user.name': message.slice(0, colon),
      'process.command_line': command < 0 ? undefined : message.slice(command + 9, -1),
    });
  },
};

const LOGGERS = ['exiting on signal', 'Journal stopped', 'log file was truncated', 'The audit daemon is exiting'];

/** Loggers and the audit daemon that stop; everything else they say is left to the generic event. */
export const loggers: ProgramDecoder = {
  name: 'loggers',
  programs: ['rsyslogd', 'syslogd', 'syslog-ng', 'systemd-journald', 'auditd'],
  decode(envelope) {
    const message = envelope.message;
    if (!LOGGERS.some((text) => message.includes(text))) return null;
    return eventOf(envelope, SYSTEMD, {
      'event.category': 'process',
      'event.action': 'logger-stopped',
      'service.name': envelope.program ?? undefined,
    });
  },
};
