/** Made-up log lines of several programs, attacks among them, for the comparison with fail2ban. */

/** A small generator (Numerical Recipes' LCG), so that every run has the same lines. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (n: number): string => String(n).padStart(2, '0');

type Make = (at: Date, pick: (below: number) => number) => string;

const syslog = (at: Date): string =>
  `${MONTHS[at.getMonth()]} ${String(at.getDate()).padStart(2)} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())} gate`;
const day = (at: Date): string => `${at.getFullYear()}/${two(at.getMonth() + 1)}/${two(at.getDate())}`;
const clock = (at: Date): string => `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
const attacker = (pick: (below: number) => number): string => `203.0.113.${pick(250) + 1}`;
const guest = (pick: (below: number) => number): string => `198.51.100.${pick(250) + 1}`;

const AUTH: readonly Make[] = [
  (at, pick) =>
    `${syslog(at)} CRON[${pick(4_000_000)}]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)`,
  (at, pick) =>
    `${syslog(at)} sshd[${pick(4_000_000)}]: Accepted publickey for ann from ${guest(pick)} port ${pick(60000)} ssh2: ED25519 SHA256:abcdefghijklmnop`,
  (at, pick) =>
    `${syslog(at)} sshd[${pick(4_000_000)}]: Failed password for invalid user guest${pick(99)} from ${attacker(pick)} port ${pick(60000)} ssh2`,
  (at, pick) =>
    `${syslog(at)} sshd[${pick(4_000_000)}]: Connection closed by authenticating user root ${attacker(pick)} port ${pick(60000)} [preauth]`,
  (at, pick) => `${syslog(at)} sshd[${pick(4_000_000)}]: pam_unix(sshd:session): session closed for user ann`,
  (at, pick) => `${syslog(at)} sudo: ann : TTY=pts/${pick(9)} ; PWD=/home/ann ; USER=root ; COMMAND=/usr/bin/true`,
  (at, pick) => `${syslog(at)} systemd-logind[611]: New session ${pick(9000)} of user ann.`,
];

const MAIL: readonly Make[] = [
  (at, pick) => `${syslog(at)} postfix/smtpd[${pick(4_000_000)}]: connect from unknown[${attacker(pick)}]`,
  (at, pick) =>
    `${syslog(at)} postfix/smtpd[${pick(4_000_000)}]: warning: unknown[${attacker(pick)}]: SASL LOGIN authentication failed: UGFzc3dvcmQ6`,
  (at, pick) =>
    `${syslog(at)} postfix/qmgr[812]: ${pick(99999)}A0F: from=<ann@example.org>, size=${pick(9000)}, nrcpt=1 (queue active)`,
  (at, pick) =>
    `${syslog(at)} postfix/smtp[${pick(4_000_000)}]: ${pick(99999)}A0F: to=<bob@example.net>, relay=mx.example.net[${guest(pick)}]:25, delay=1.2, dsn=2.0.0, status=sent (250 ok)`,
  (at, pick) =>
    `${syslog(at)} dovecot: imap-login: Login: user=<ann>, method=PLAIN, rip=${guest(pick)}, lip=192.0.2.5, mpid=${pick(4_000_000)}, TLS, session=<q${pick(9999)}>`,
  (at, pick) =>
    `${syslog(at)} dovecot: imap-login: Disconnected (auth failed, 3 attempts in 12 secs): user=<root>, method=PLAIN, rip=${attacker(pick)}, lip=192.0.2.5, session=<z${pick(9999)}>`,
];

const WEB: readonly Make[] = [
  (at, pick) =>
    `${guest(pick)} - - [${two(at.getDate())}/${MONTHS[at.getMonth()]}/${at.getFullYear()}:${clock(at)} +0000] "GET /page/${pick(999)} HTTP/1.1" 200 ${pick(90000)} "-" "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0"`,
  (at, pick) =>
    `${attacker(pick)} - - [${two(at.getDate())}/${MONTHS[at.getMonth()]}/${at.getFullYear()}:${clock(at)} +0000] "POST /wp-login.php HTTP/1.1" 404 153 "-" "curl/8.5.0"`,
];

const ERRORS: readonly Make[] = [
  (at, pick) =>
    `${day(at)} ${clock(at)} [error] ${pick(9000)}#0: *${pick(9000)} open() "/srv/www/x${pick(99)}.css" failed (2: No such file or directory), client: ${guest(pick)}, server: example.org, request: "GET /x.css HTTP/1.1", host: "example.org"`,
  (at, pick) =>
    `${day(at)} ${clock(at)} [error] ${pick(9000)}#0: *${pick(9000)} user "root": password mismatch, client: ${attacker(pick)}, server: example.org, request: "GET / HTTP/1.1", host: "example.org"`,
];

/** Logs by name, `count` lines each, a tenth of a second apart. */
export function makeLogs(count: number): Map<string, string[]> {
  const start = new Date(2026, 2, 10, 6, 0, 0).getTime();
  const logs = new Map<string, string[]>();
  for (const [name, kinds] of [
    ['auth', AUTH],
    ['mail', MAIL],
    ['access', WEB],
    ['error', ERRORS],
  ] as const) {
    const pick = random(name.length * 7919);
    logs.set(
      name,
      Array.from({ length: count }, (_, n) => kinds[pick(kinds.length)]!(new Date(start + n * 100), pick)),
    );
  }
  return logs;
}
