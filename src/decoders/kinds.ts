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
/** Logins at nginx's mail proxy. */
export const NGINX_MAIL = kind('nginx', 'mail', 'service-authentication');
/** Apache httpd's error log. */
export const APACHE_ERROR = kind('apache', 'error', 'webserver-error');
/** Lines of the kernel's packet filter. */
export const NETFILTER = kind('linux', 'netfilter', 'firewall');
/** Audit records of clouds and hosted software, under the names Sigma gives them. */
export const AWS_CLOUDTRAIL = kind('aws', 'cloudtrail', 'service-authentication');
/** The audit log of Kubernetes' API server. */
export const KUBERNETES_AUDIT = kind('kubernetes', 'audit', 'service-authentication');
/** Okta's system log. */
export const OKTA = kind('okta', 'okta', 'service-authentication');
/** GitHub's audit log. */
export const GITHUB_AUDIT = kind('github', 'audit', 'service-authentication');
/** Microsoft 365's management activity. */
export const M365_AUDIT = kind('m365', 'audit', 'service-authentication');
/** Sign-ins of Entra ID. */
export const AZURE_SIGNIN = kind('azure', 'signinlogs', 'service-authentication');
/** Changes of Entra ID's directory. */
export const AZURE_AUDIT = kind('azure', 'auditlogs', 'service-authentication');
/** What is done with Azure's resources. */
export const AZURE_ACTIVITY = kind('azure', 'activitylogs', 'service-authentication');
