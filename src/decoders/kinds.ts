/** The log sources that decoders declare; each one object, shared by all its events. */
import type { EventKind } from '../model/log-event.ts';

function kind(product: string | null, service: string | null, category: string | null): EventKind {
  return Object.freeze({ product, service, category });
}

/** OpenSSH's server. */
export const SSHD = kind('linux', 'sshd', 'authentication');
/** Linux-PAM modules speaking through any program. */
export const PAM = kind('linux', 'pam', 'authentication');
/** su(1). */
export const SU = kind('linux', 'su', 'authentication');
/** sudo(8). */
export const SUDO = kind('linux', 'sudo', 'authentication');
/** login(1) and agetty. */
export const LOGIN = kind('linux', 'login', 'authentication');
/** systemd-logind. */
export const LOGIND = kind('linux', 'logind', 'session');
/** The shadow suite: useradd, usermod, passwd, groupadd ... */
export const SHADOW = kind('linux', 'useradd', 'iam');
/** cron(8) and crontab(1). */
export const CRON = kind('linux', 'cron', 'process');
/** systemd's manager, and the programs that keep logs. */
export const SYSTEMD = kind('linux', 'systemd', 'service');
/** The kernel's own messages other than packets. */
export const KERNEL = kind('linux', 'kernel', 'host');
/** pkexec(1). */
export const PKEXEC = kind('linux', 'pkexec', 'process');
/** Any other program of a syslog stream. */
export const SYSLOG = kind('linux', 'syslog', null);
/** Access logs of nginx, Apache and others in the common or combined form: the form does not tell who wrote it. */
export const WEB_ACCESS = kind(null, 'access', 'webserver');
/** nginx's error log. */
export const NGINX_ERROR = kind('nginx', 'error', 'webserver-error');
/** Apache httpd's error log. */
export const APACHE_ERROR = kind('apache', 'error', 'webserver-error');
/** Lines of the kernel's packet filter. */
export const NETFILTER = kind('linux', 'netfilter', 'firewall');
