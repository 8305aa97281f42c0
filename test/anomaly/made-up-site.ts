/** Days of a made-up server, as events in order: visitors by the hour of day, a search robot, a monitor, an office, people who log in, jobs. */
import { createRandom } from '../../src/detectors/anomaly/models/random.ts';
import { type LogEvent, NO_FIELDS } from '../../src/model/log-event.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const WEB = Object.freeze({ product: null, service: 'access', category: 'webserver' });
const SSHD = Object.freeze({ product: 'linux', service: 'sshd', category: 'authentication' });
const SYSLOG = Object.freeze({ product: 'linux', service: 'syslog', category: null });

/** A Monday. */
export const MONDAY = Date.parse('2026-11-02T00:00:00Z');

/** A request to the web server. */
export function request(
  time: number,
  ip: string,
  path: string,
  { status = 200, bytes = 8000 }: { status?: number; bytes?: number } = {},
): LogEvent {
  return {
    time,
    kind: WEB,
    host: null,
    program: null,
    pid: null,
    message: `${ip} - - [x] "GET ${path} HTTP/1.1" ${status} ${bytes} "-" "Mozilla/5.0"`,
    repeat: 1,
    fields: {
      'event.category': 'web',
      'event.action': 'http-request',
      'event.outcome': status >= 400 ? 'failure' : 'success',
      'source.ip': ip,
      'url.path': path,
      'http.response.status_code': status,
      'http.response.body.bytes': bytes,
    },
  };
}

/** A login over SSH. */
export function login(time: number, user: string, ip: string, pid: number): LogEvent {
  return {
    time,
    kind: SSHD,
    host: 'web',
    program: 'sshd',
    pid,
    message: `Accepted publickey for ${user} from ${ip} port 50022 ssh2`,
    repeat: 1,
    fields: {
      'event.category': 'authentication',
      'event.action': 'ssh-login',
      'event.outcome': 'success',
      'source.ip': ip,
      'user.name': user,
    },
  };
}

function job(time: number, program: string, message: string, pid: number): LogEvent {
  return { time, kind: SYSLOG, host: 'web', program, pid, message, repeat: 1, fields: NO_FIELDS };
}

/** Share of a day's visits in each hour, UTC. */
const BUSY = [1, 1, 1, 1, 1, 2, 4, 6, 8, 9, 9, 9, 8, 8, 9, 9, 8, 7, 6, 6, 5, 4, 3, 2];
const PEOPLE = ['alice', 'bob', 'carol', 'dan', 'erin', 'frank', 'grace', 'heidi'];

/** The events of some days from `MONDAY` plus `from` days on. The same seed gives the same site. */
export function siteDays(from: number, days: number, seed: number): LogEvent[] {
  const out: LogEvent[] = [];
  for (let day = from; day < from + days; day++) {
    const random = createRandom(seed * 1000 + day);
    const start = MONDAY + day * DAY;
    visits(out, start, day, random);
    machines(out, start, day, random);
    if (day % 7 < 5) people(out, start, day, random);
    jobs(out, start, random);
  }
  return out.sort((a, b) => a.time - b.time);
}

function pick(random: () => number, day: number): string {
  // Few pages are popular; every day one more is written.
  const page = Math.floor(400 * random() ** 3);
  return random() < 0.1 ? `/news/${day - Math.floor(3 * random())}` : `/page/${page}`;
}

function visits(out: LogEvent[], start: number, day: number, random: () => number): void {
  const all = BUSY.reduce((sum, each) => sum + each, 0);
  for (const [hour, busy] of BUSY.entries()) {
    const count = Math.round(((day % 7 < 5 ? 300 : 200) * busy * (0.8 + 0.4 * random())) / all);
    for (let n = 0; n < count; n++) {
      const who = Math.floor(2000 * random() ** 1.5);
      const ip = `198.51.${100 + (who >> 8)}.${who & 255}`;
      let time = start + hour * HOUR + random() * HOUR;
      const pages = 1 + Math.floor(-6 * Math.log(1 - random()));
      for (let page = 0; page < pages; page++) {
        const status = random() < 0.02 ? 404 : 200;
        const bytes = Math.floor(2000 * Math.exp(2.5 * random()));
        out.push(
          request(time, ip, status === 404 ? `/old/${Math.floor(random() * 300)}` : pick(random, day), {
            status,
            bytes,
          }),
        );
        time += 3000 - 25_000 * Math.log(1 - random());
      }
    }
  }
}

function machines(out: LogEvent[], start: number, day: number, random: () => number): void {
  for (let minute = 0; minute < 1440; minute++)
    out.push(request(start + minute * 60_000 + 500, '192.0.2.10', '/health', { bytes: 2 }));
  for (let n = 0; n < 500; n++)
    out.push(request(start + random() * DAY, '203.0.113.66', `/page/${Math.floor(400 * random())}`, { bytes: 9000 }));
  if (day % 7 < 5)
    for (let n = 0; n < 1200; n++)
      out.push(request(start + 8 * HOUR + random() * 9 * HOUR, '203.0.113.200', pick(random, day), { bytes: 12_000 }));
}

function people(out: LogEvent[], start: number, day: number, random: () => number): void {
  for (const [n, user] of PEOPLE.entries()) {
    const times = 2 + Math.floor(random() * 5);
    for (let each = 0; each < times; each++) {
      const hour = 8 + (n % 3) + random() * 8;
      // Two of them also work from home.
      const ip = n < 2 && random() < 0.3 ? `192.0.2.${140 + n}` : `203.0.113.${20 + n}`;
      out.push(login(start + hour * HOUR, user, ip, 1000 + day * 100 + n * 10 + each));
    }
  }
}

function jobs(out: LogEvent[], start: number, random: () => number): void {
  for (let hour = 0; hour < 24; hour++) {
    const pid = 5000 + hour;
    out.push(job(start + hour * HOUR + 1000, 'backup', 'backup started', pid));
    for (let n = 0; n < 20; n++)
      out.push(
        job(
          start + hour * HOUR + 2000 + n * 5000,
          'backup',
          `copied ${Math.floor(random() * 900)} files in ${1 + Math.floor(random() * 9)} s`,
          pid,
        ),
      );
    out.push(job(start + hour * HOUR + 120_000, 'backup', 'backup ended well', pid));
    for (let n = 0; n < 12; n++)
      out.push(
        job(
          start + hour * HOUR + n * 300_000,
          'CRON',
          `(root) CMD (run-parts /etc/cron.${n === 0 ? 'hourly' : 'often'})`,
          9000 + hour * 12 + n,
        ),
      );
  }
}
