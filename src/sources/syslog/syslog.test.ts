/** Against the senders that people have: logger of util-linux, rsyslog, openssl s_client. */
import { execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Certificates, makeCertificates } from '../../../test/labs/certificates.ts';
import { removeFolder } from '../../../test/labs/remove-folder.ts';
import { type Reading, readSource, until } from '../../../test/labs/source-reader.ts';
import { hasSyslogNg, startSyslogNg } from '../../../test/labs/syslog-ng.ts';
import { silentLog } from '../../kit/log.ts';
import { sourceSettings } from '../all-settings.ts';
import type { QueueBounds } from '../stream/batch-queue.ts';
import { syslogSettings } from './settings.ts';
import { createSyslog, type SyslogSource } from './syslog.ts';

const LOGGER = ['/usr/bin/logger'].find(existsSync);
const RSYSLOG = ['/usr/sbin/rsyslogd'].find(existsSync);
const OPENSSL = ['/usr/bin/openssl'].find(existsSync);
for (const [name, path] of Object.entries({ logger: LOGGER, rsyslogd: RSYSLOG, openssl: OPENSSL }))
  if (path === undefined) console.warn(`skipped: ${name} is not installed, so nothing is sent by it`);

if (!hasSyslogNg) console.warn('skipped: syslog-ng is neither installed nor unpacked (tools/fetch-syslog-ng.sh)');

let folder: string;
let certificates: Certificates;
let open: Reading[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bekci-syslog-'));
  if (OPENSSL !== undefined) certificates = makeCertificates(folder);
});
afterEach(async () => {
  for (const each of open) await each.stop();
  open = [];
});
afterAll(() => removeFolder(folder));

async function listen(
  settings: Record<string, unknown> = {},
  bounds?: QueueBounds,
): Promise<{ source: SyslogSource; reading: Reading; port: number }> {
  const source = createSyslog(
    syslogSettings.parse({ type: 'syslog', listen: '127.0.0.1:0', ...settings }),
    { log: silentLog, now: () => Date.now() },
    bounds,
  );
  const reading = readSource(source);
  open.push(reading);
  await until(() => source.health().state === 'reading', 'the server');
  return { source, reading, port: source.ports()[0]! };
}

function sendTcp(port: number, text: string | Buffer, from = '127.0.0.1'): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from }, () => socket.end(text));
    socket.on('close', () => resolve());
    socket.on('error', reject);
    socket.resume();
  });
}

test.skipIf(LOGGER === undefined)('takes what logger sends, in every form it knows', async () => {
  const { reading, port, source } = await listen();
  const forms = [
    ['--udp'],
    ['--udp', '--rfc5424'],
    ['--udp', '--rfc3164'],
    ['--tcp'],
    ['--tcp', '--octet-count'],
    ['--tcp', '--rfc5424', '--octet-count'],
    ['--tcp', '--rfc3164'],
  ];
  forms.forEach((form, n) => {
    const text = `Failed password for root from 203.0.113.${n} port 4711 ssh2`;
    const to = ['--server', '127.0.0.1', '--port', String(port)];
    execFileSync(LOGGER!, [...to, ...form, '-t', 'sshd', '--id=77', '-p', 'auth.info', text]);
  });
  await reading.lines(forms.length);
  const events = reading.events();
  expect(events.map((event) => event?.fields['source.ip']).sort()).toEqual(forms.map((_, n) => `203.0.113.${n}`));
  for (const event of events) {
    expect(event?.program).toBe('sshd');
    // The peer is who sent it; what it calls itself is only kept.
    expect(event?.host).toBe('127.0.0.1');
    expect(event?.fields['log.source.address']).toBe('127.0.0.1');
    expect(event?.fields['log.syslog.hostname']).toBeTypeOf('string');
  }
  expect(source.health().counts).toMatchObject({ dropped: 0, malformed: 0, refused: 0 });
});

async function withRsyslog(lines: number, action: string, work: () => Promise<void>): Promise<void> {
  const input = join(folder, `input-${Math.random().toString(36).slice(2)}.log`);
  const config = join(folder, `rsyslog-${Math.random().toString(36).slice(2)}.conf`);
  writeFileSync(
    input,
    Array.from({ length: lines }, (_, n) => `Failed password for root from 203.0.113.7 port ${n} ssh2\n`).join(''),
  );
  writeFileSync(
    config,
    `global(workDirectory="${folder}" defaultNetstreamDriverCAFile="${certificates.ca}" defaultNetstreamDriverCertFile="${certificates.client}" defaultNetstreamDriverKeyFile="${certificates.clientKey}")
module(load="imfile" mode="polling" pollingInterval="1")
input(type="imfile" file="${input}" tag="sshd[9]:" facility="auth" severity="info" freshStartTail="off")
action(type="omfwd" target="127.0.0.1" ${action})
`,
  );
  const daemon = spawn(RSYSLOG!, ['-n', '-f', config, '-i', 'NONE'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  daemon.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  try {
    await work();
  } catch (error) {
    throw new Error(`${(error as Error).message}; rsyslog said: ${said}`);
  } finally {
    daemon.kill('SIGKILL');
  }
}

test.skipIf(RSYSLOG === undefined || OPENSSL === undefined).each([
  ['UDP', 'protocol="udp"'],
  ['TCP', 'protocol="tcp"'],
  ['TCP, counted', 'protocol="tcp" TCP_Framing="octet-counted"'],
  ['RFC 5424', 'protocol="tcp" template="RSYSLOG_SyslogProtocol23Format"'],
])(
  'takes what rsyslog forwards by %s',
  async (_, action) => {
    const { reading, port } = await listen();
    await withRsyslog(500, `port="${port}" ${action}`, () => reading.lines(500));
    expect(new Set(reading.events().map((event) => event?.fields['source.port']))).toHaveProperty('size', 500);
    expect(reading.events()[0]?.fields['source.ip']).toBe('203.0.113.7');
  },
  40_000,
);

const tlsOf = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  transport: ['tls'],
  tls: { cert: certificates.server, key: certificates.serverKey, ...more },
});

test.skipIf(OPENSSL === undefined)(
  'asks TLS clients for a certificate where told so',
  async () => {
    const { reading, port, source } = await listen(tlsOf({ client_ca: certificates.ca }));
    const send = (...more: string[]): Promise<number> =>
      new Promise((resolve) => {
        const to = ['s_client', '-quiet', '-connect', `127.0.0.1:${port}`, '-CAfile', certificates.ca];
        const child = spawn(OPENSSL!, [...to, ...more], { stdio: ['pipe', 'ignore', 'ignore'] });
        child.stdin.on('error', () => undefined);
        child.stdin.write('<38>Nov 24 08:48:18 web sshd[9]: Failed password for root from 203.0.113.7 port 22 ssh2\n');
        child.on('close', (code) => resolve(code ?? -1));
        setTimeout(() => child.kill(), 1500);
      });
    await send();
    await send('-cert', certificates.alien, '-key', certificates.alienKey);
    await sendTcp(port, '<38>no TLS at all\n').catch(() => undefined);
    expect(reading.texts).toEqual([]);
    await until(() => source.health().counts!.refused === 3, 'three refusals');
    await send('-cert', certificates.client, '-key', certificates.clientKey);
    await reading.lines(1);
    expect(reading.events()[0]?.fields).toMatchObject({
      'source.ip': '203.0.113.7',
      'log.source.address': '127.0.0.1',
      'log.syslog.hostname': 'web',
      'tls.client.x509.subject.common_name': 'client',
    });
  },
  20_000,
);

test.skipIf(OPENSSL === undefined)('lets only named clients in', async () => {
  const { reading, port, source } = await listen(tlsOf({ client_ca: certificates.ca, client_names: ['web.example'] }));
  const to = ['s_client', '-quiet', '-connect', `127.0.0.1:${port}`, '-cert', certificates.client];
  const child = spawn(OPENSSL!, [...to, '-key', certificates.clientKey], { stdio: ['pipe', 'ignore', 'ignore'] });
  child.stdin.on('error', () => undefined);
  child.stdin.write('<38>x\n');
  await until(() => source.health().counts!.refused === 1, 'the refusal');
  child.kill();
  expect(reading.texts).toEqual([]);
});

test.skipIf(
  RSYSLOG === undefined ||
    (!existsSync('/usr/lib/x86_64-linux-gnu/rsyslog/lmnsd_ossl.so') &&
      !existsSync('/usr/lib/x86_64-linux-gnu/rsyslog/lmnsd_gtls.so')),
)(
  'takes what rsyslog forwards by TLS',
  async () => {
    const driver = existsSync('/usr/lib/x86_64-linux-gnu/rsyslog/lmnsd_ossl.so') ? 'ossl' : 'gtls';
    const { reading, port } = await listen(tlsOf({ client_ca: certificates.ca, client_names: ['client.example'] }));
    const action = `port="${port}" protocol="tcp" StreamDriver="${driver}" StreamDriverMode="1" StreamDriverAuthMode="x509/certvalid"`;
    await withRsyslog(300, action, () => reading.lines(300));
    expect(reading.events()[0]?.fields['tls.client.x509.subject.common_name']).toBe('client');
  },
  40_000,
);

const ngTls = (): string =>
  `transport("tls") tls(ca-file("${certificates.ca}") cert-file("${certificates.client}") key-file("${certificates.clientKey}"))`;

test.skipIf(!hasSyslogNg || OPENSSL === undefined).each([
  ['UDP', 'network', () => 'transport("udp")', false],
  ['TCP', 'network', () => 'transport("tcp")', false],
  ['RFC 5424, counted', 'syslog', () => 'transport("tcp")', false],
  ['RFC 5425', 'syslog', ngTls, true],
])(
  'takes what syslog-ng sends by %s',
  async (name, driver, transport, isTls) => {
    const { reading, port } = await listen(isTls ? tlsOf({ client_ca: certificates.ca }) : {});
    const input = join(folder, `ng-${name.replaceAll(/\W/g, '')}.log`);
    const line = (n: number): string =>
      `Nov 24 08:48:18 web sshd[9]: Failed password for root from 203.0.113.7 port ${n} ssh2\n`;
    writeFileSync(input, Array.from({ length: 300 }, (_, n) => line(n)).join(''));
    const daemon = startSyslogNg(
      folder,
      `source s { file("${input}" follow-freq(1)); };
destination d { ${driver}("127.0.0.1" port(${port}) ${transport()}); };
log { source(s); destination(d); };
`,
    );
    try {
      await reading.lines(300);
    } finally {
      daemon.kill('SIGKILL');
    }
    const events = reading.events();
    expect(new Set(events.map((event) => event?.fields['source.port'])).size).toBe(300);
    expect(events[0]?.fields['log.syslog.hostname']).toBeTypeOf('string');
  },
  60_000,
);

test('refuses peers that are not listed, and gives each its own stream and name', async () => {
  const { reading, port, source } = await listen({
    peers: ['127.0.0.2/31', '127.0.0.4'],
    relays: ['127.0.0.3'],
    hosts: { '127.0.0.4': 'db1' },
  });
  const line = (pid: number, text: string): string => `<38>Nov 24 08:48:18 claimed sshd[${pid}]: ${text}\n`;
  await sendTcp(port, line(1, 'Failed password for root from 203.0.113.9 port 1 ssh2'));
  await until(() => source.health().counts!.refused === 1, 'the refusal');
  await sendTcp(port, line(5, 'Invalid user x from 203.0.113.2 port 2'), '127.0.0.2');
  await sendTcp(port, line(5, 'Invalid user x from 203.0.113.3 port 2'), '127.0.0.3');
  await sendTcp(port, line(5, 'fatal: Read from socket failed: Connection reset by peer'), '127.0.0.4');
  const needy = 'error: maximum authentication attempts exceeded for invalid user x [preauth]';
  await sendTcp(port, line(5, needy), '127.0.0.2');
  await reading.lines(4);
  const events = reading.events();
  expect(reading.streams.map((id) => id.split('#')[1])).toEqual(['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.2']);
  expect(events.map((event) => event?.host)).toEqual(['127.0.0.2', 'claimed', 'db1', '127.0.0.2']);
  // The session of one peer is not the other's, though host and process claim to be the same.
  expect(events[3]?.fields['source.ip']).toBe('203.0.113.2');
});

test('a slow engine makes TCP senders wait and loses nothing', async () => {
  const { reading, port, source } = await listen({}, { maxLines: 1000, maxChars: 1 << 20 });
  reading.paused = true;
  const line = `<38>Nov 24 08:48:18 web app: ${'x'.repeat(480)}\n`;
  let written = 0;
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  const total = 60_000;
  const writing = (async () => {
    for (; written < total; written += 100)
      if (!socket.write(line.repeat(100))) await new Promise((resolve) => socket.once('drain', resolve));
    socket.end();
  })();
  await until(() => source.health().lag >= 1000, 'a full queue');
  await new Promise((resolve) => setTimeout(resolve, 300));
  // What the kernel's buffers hold on both sides is all that got further.
  expect(written).toBeLessThan(total);
  expect(source.health().lag).toBeLessThan(3000);
  reading.paused = false;
  await writing;
  await reading.lines(total);
  expect(reading.texts).toHaveLength(total);
  expect(source.health().counts).toMatchObject({ dropped: 0, malformed: 0 });
}, 40_000);

test('counts what UDP loses', async () => {
  const { reading, port, source } = await listen({}, { maxLines: 100, maxChars: 1 << 20 });
  reading.paused = true;
  const socket = createSocket('udp4');
  for (let n = 0; n < 2000; n++)
    await new Promise<void>((resolve) =>
      socket.send(`<38>Nov 24 08:48:18 web app: ${n}`, port, '127.0.0.1', () => resolve()),
    );
  await until(() => source.health().counts!.dropped! > 0, 'drops');
  reading.paused = false;
  const all = (): number =>
    reading.texts.length + source.health().counts!.dropped! + source.health().counts!.kernelDropped!;
  await until(() => all() === 2000, 'every datagram to be read or counted');
  expect(reading.texts.length).toBeGreaterThanOrEqual(100);
  socket.close();
});

test('hostile frames are counted and break nothing', async () => {
  const { reading, port, source } = await listen();
  await sendTcp(port, '99999999 <13>never\n');
  await sendTcp(port, `<${'9'.repeat(100_000)}\n`);
  await sendTcp(port, Buffer.alloc(200_000, 0xff));
  await sendTcp(port, '\x00\x00\n\x16\x03\x01\n<13\n<>x\n<1234>x\n');
  await sendTcp(port, `<13>${'y'.repeat(200_000)}`);
  const udp = createSocket('udp4');
  for (const bytes of ['', '\0', '<', '<<<', '\x1b[2J', '<13>su: pam_unix(su:auth): authentication failure'])
    await new Promise<void>((resolve) => udp.send(bytes, port, '127.0.0.1', () => resolve()));
  udp.close();
  await sendTcp(port, '<38>Nov 24 08:48:18 web sshd[9]: Failed password for root from 203.0.113.7 port 22 ssh2');
  await until(() => reading.texts.some((text) => text.includes('203.0.113.7')), 'the good line');
  await until(() => reading.texts.some((text) => text.startsWith('su:')), 'the one without a stamp');
  expect(source.health().counts!.malformed).toBeGreaterThan(8);
  expect(source.health().truncated).toBeGreaterThanOrEqual(2);
  expect(source.health().state).toBe('reading');
});

test('says what is wrong with a port and takes it when it is free', async () => {
  const first = await listen({ transport: ['tcp'] });
  const second = createSyslog(
    syslogSettings.parse({ type: 'syslog', listen: `127.0.0.1:${first.port}`, transport: ['tcp'] }),
    {
      log: silentLog,
      now: () => Date.now(),
    },
  );
  const reading = readSource(second);
  open.push(reading);
  await until(() => second.health().state === 'lost', 'the refusal');
  expect(second.health().problem).toContain('taken by another program');
  await first.reading.stop();
  await until(() => second.health().state === 'reading', 'the port');
});

test('refuses an open door that was not meant', () => {
  const of = (more: Record<string, unknown>) => sourceSettings.safeParse({ type: 'syslog', ...more });
  expect(of({ listen: '0.0.0.0:5514' }).error?.issues[0]?.message).toContain('say who may send');
  expect(of({ listen: '0.0.0.0:5514', peers: ['192.0.2.0/24'] }).success).toBe(true);
  expect(of({ listen: '[::1]:5514' }).success).toBe(true);
  expect(of({ transport: ['tls'] }).error?.issues[0]?.message).toContain('certificate');
  expect(of({ transport: ['udp', 'tls'] }).success).toBe(false);
  expect(of({ peers: ['web1'] }).success).toBe(false);
});
