/**
 * Network sources at a pace: a real daemon listens, another process sends for so many seconds, and what was sent is compared with what
 * was read and what was counted as lost.
 *   tools/node bench/sources.ts [--seconds 60] [--rate 100000] [KIND ...]      kinds: udp tcp tcp-octet tls http socket nats
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { ask } from '../src/cli/client.ts';
import type { Status } from '../src/engine/handle.ts';

/** Sends one block of lines; resolves when more may come. */
type Send = (block: Block) => Promise<void>;

/** Lines made before the clock starts, so that the sender does next to nothing but send: it shares the machine with the daemon. */
interface Block {
  readonly lines: readonly Buffer[];
  readonly withLf: Buffer;
  readonly counted: Buffer;
}

const KINDS = ['udp', 'tcp', 'tcp-octet', 'tls', 'http', 'socket', 'nats'];
const TICK_MS = 10;
const BLOCK_LINES = 100;
const BLOCKS = 2000;
const option = (name: string, usual: number): number => {
  const at = process.argv.indexOf(name);
  return at < 0 ? usual : Number(process.argv[at + 1]);
};
const seconds = option('--seconds', 60);
const rate = option('--rate', 100_000);
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

if (process.argv[2] === '--send') await sendAll(process.argv[3]!, Number(process.argv[4]), process.argv[5]!);
else await compareAll();

/** One line in a hundred is a failed login, from some four thousand addresses: a thousand a second at the full pace. */
function lineOf(n: number): string {
  const stamp = new Date().toISOString();
  if (n % 100 === 0)
    return `<38>1 ${stamp} web sshd ${n % 32_768} - - Failed password for root from 198.18.${(n >> 8) & 15}.${n & 255} port ${1024 + (n % 60_000)} ssh2`;
  return `<30>1 ${stamp} web app ${n % 99} - - request ${n} took ${n % 900} ms for session ${n.toString(36)}`;
}

function blockOf(first: number): Block {
  const lines = Array.from({ length: BLOCK_LINES }, (_, n) => lineOf(first + n));
  return {
    lines: lines.map((line) => Buffer.from(line)),
    withLf: Buffer.from(lines.map((line) => `${line}\n`).join('')),
    counted: Buffer.from(lines.map((line) => `${Buffer.byteLength(line)} ${line}`).join('')),
  };
}

/** The sending process: as many lines as the pace and the receiver allow; prints how many, and what they cost it. */
async function sendAll(kind: string, port: number, folder: string): Promise<void> {
  const blocks = Array.from({ length: BLOCKS }, (_, n) => blockOf(n * BLOCK_LINES));
  const { send, end } = await senderOf(kind, port, folder);
  const cpu = process.cpuUsage();
  const started = performance.now();
  let sent = 0;
  while (performance.now() - started < seconds * 1000) {
    const due = Math.floor(((performance.now() - started) / 1000) * rate) - sent;
    // A sender that was held up goes on at its pace; it does not catch up in one gulp.
    for (let now = Math.min(due, Math.ceil(rate / 20)); now >= BLOCK_LINES; now -= BLOCK_LINES) {
      await send(blocks[(sent / BLOCK_LINES) % BLOCKS]!);
      sent += BLOCK_LINES;
    }
    await sleep(TICK_MS);
  }
  const elapsed = (performance.now() - started) / 1000;
  await end();
  const { user, system } = process.cpuUsage(cpu);
  console.log(JSON.stringify({ sent, elapsed, cpu: (user + system) / 1e6 }));
  await sleep(300);
  process.exit(0);
}

async function senderOf(kind: string, port: number, folder: string): Promise<{ send: Send; end: () => Promise<void> }> {
  const path = (name: string): string => join(folder, name);
  const nothing = async (): Promise<void> => undefined;
  const stream = (socket: Socket, bytesOf: (block: Block) => Buffer): { send: Send; end: () => Promise<void> } => ({
    send: async (block) => {
      if (!socket.write(bytesOf(block))) await new Promise((resolve) => socket.once('drain', resolve));
    },
    end: nothing,
  });
  const opened = (socket: Socket, event: string): Promise<Socket> =>
    new Promise((resolve) => socket.once(event, () => resolve(socket)));
  switch (kind) {
    case 'udp': {
      const socket = createSocket({ type: 'udp4', sendBufferSize: 4 << 20 });
      await new Promise<void>((resolve) => socket.connect(port, '127.0.0.1', resolve));
      const send: Send = ({ lines }) =>
        new Promise((resolve) => {
          for (const line of lines) socket.send(line, line === lines.at(-1) ? () => resolve() : undefined);
        });
      return { send, end: nothing };
    }
    case 'tcp':
      return stream(await opened(connect(port, '127.0.0.1'), 'connect'), ({ withLf }) => withLf);
    case 'tcp-octet':
      return stream(await opened(connect(port, '127.0.0.1'), 'connect'), ({ counted }) => counted);
    case 'tls': {
      const ca = readFileSync(path('cert.pem'));
      const socket = connectTls({ port, host: '127.0.0.1', ca });
      return stream(await opened(socket, 'secureConnect'), ({ withLf }) => withLf);
    }
    case 'socket':
      return stream(await opened(connect(path('log.sock')), 'connect'), ({ withLf }) => withLf);
    case 'nats': {
      const { connect: connectNats } = await import('@nats-io/transport-node');
      const { jetstreamManager } = await import('@nats-io/jetstream');
      const client = await connectNats({ servers: `127.0.0.1:${port}` });
      await (await jetstreamManager(client)).streams.info('LOGS');
      const send: Send = async ({ lines }) => {
        for (const line of lines) client.publish('logs.x', line);
        await client.flush();
      };
      return { send, end: nothing };
    }
    default:
      return httpSender(port);
  }
}

/** Requests of a thousand lines, up to sixty on their way. */
function httpSender(port: number): { send: Send; end: () => Promise<void> } {
  const agent = new Agent({ keepAlive: true, maxSockets: 60 });
  let active = 0;
  let gathered: Buffer[] = [];
  const post = (body: Buffer): void => {
    active++;
    const headers = { 'content-type': 'text/plain', 'content-length': body.length };
    const sending = request(
      { port, host: '127.0.0.1', path: '/v1/lines', method: 'POST', agent, headers },
      (answer) => {
        answer.resume();
        answer.on('end', () => {
          active--;
          if (answer.statusCode !== 200) setTimeout(() => post(body), 100);
        });
      },
    );
    sending.on('error', () => {
      active--;
      post(body);
    });
    sending.end(body);
  };
  const flush = (): void => {
    if (gathered.length > 0) post(Buffer.concat(gathered));
    gathered = [];
  };
  return {
    send: async ({ withLf }) => {
      gathered.push(withLf);
      if (gathered.length < 10) return;
      while (active >= 60) await sleep(1);
      flush();
    },
    end: async () => {
      flush();
      while (active > 0) await sleep(1);
    },
  };
}

async function compareAll(): Promise<void> {
  const named = process.argv.slice(2).filter((each) => KINDS.includes(each));
  console.log(`${seconds} s at ${rate} lines/s\n`);
  console.log(
    '| source | sent/s | sent | read | counted as lost | unaccounted | sender CPU s per million | daemon CPU s per million | its main thread | lines a second of it | RSS MiB |',
  );
  console.log(`| --- |${' --: |'.repeat(10)}`);
  for (const kind of named.length > 0 ? named : KINDS) {
    const folder = mkdtempSync(join(tmpdir(), 'bekci-sources-'));
    try {
      console.log(await compare(kind, folder));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

async function compare(kind: string, folder: string): Promise<string> {
  const port = await freePort();
  const state = join(folder, 'state');
  const broker = kind === 'nats' ? await startNats(port, folder) : null;
  writeFileSync(
    join(folder, 'bekci.yaml'),
    JSON.stringify({
      state_dir: state,
      sources: [sourceOf(kind, port, folder)],
      http: { enabled: false },
      anomaly: { enabled: false },
    }),
  );
  const program = join(import.meta.dirname, '..', 'src', 'main.ts');
  const daemon = spawn(process.execPath, [program, 'run', '-c', join(folder, 'bekci.yaml')], { stdio: 'ignore' });
  try {
    await untilReading(state);
    const before = cpuOf(`${daemon.pid}`);
    const mainBefore = cpuOf(`${daemon.pid}/task/${daemon.pid}`);
    const { sent, elapsed, cpu: sender } = await runSender(kind, port, folder);
    const { status, lost } = await untilQuiet(state, sent);
    const { lines } = status.sources[0]!;
    const perMillion = (cpu: number): string => ((cpu * 1e6) / Math.max(1, lines)).toFixed(2);
    const main = cpuOf(`${daemon.pid}/task/${daemon.pid}`) - mainBefore;
    const cells = [
      kind,
      Math.round(sent / elapsed),
      sent,
      lines,
      lost,
      sent - lines - lost,
      ((sender * 1e6) / Math.max(1, sent)).toFixed(2),
      perMillion(cpuOf(`${daemon.pid}`) - before),
      perMillion(main),
      Math.round(lines / main),
      Math.round(status.rssBytes / 2 ** 20),
    ];
    return `| ${cells.join(' | ')} |`;
  } finally {
    daemon.kill('SIGTERM');
    await new Promise((resolve) => daemon.once('exit', resolve));
    broker?.kill();
  }
}

function sourceOf(kind: string, port: number, folder: string): Record<string, unknown> {
  const listen = `127.0.0.1:${port}`;
  switch (kind) {
    case 'udp':
    case 'tcp':
      return { type: 'syslog', listen, transport: [kind] };
    case 'tcp-octet':
      return { type: 'syslog', listen, transport: ['tcp'] };
    case 'tls': {
      const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
      const made = [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '1',
      ];
      const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
      execFileSync('openssl', [...made, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
      return { type: 'syslog', listen, transport: ['tls'], tls: { cert, key } };
    }
    case 'socket':
      return { type: 'socket', path: join(folder, 'log.sock') };
    case 'nats':
      return { type: 'nats', servers: [listen], stream: 'LOGS', subject: 'logs.>', from: 'start' };
    default:
      return { type: 'http', listen };
  }
}

async function startNats(port: number, folder: string): Promise<ChildProcess> {
  const args = ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', join(folder, 'nats')];
  const server = spawn('/usr/sbin/nats-server', args, { stdio: 'ignore' });
  const { connect: connectNats } = await import('@nats-io/transport-node');
  const { jetstreamManager, StorageType } = await import('@nats-io/jetstream');
  for (let tries = 0; ; tries++) {
    try {
      const client = await connectNats({ servers: `127.0.0.1:${port}` });
      await (await jetstreamManager(client)).streams.add({
        name: 'LOGS',
        subjects: ['logs.>'],
        storage: StorageType.Memory,
      });
      await client.close();
      return server;
    } catch (error) {
      if (tries > 50) throw error;
      await sleep(100);
    }
  }
}

interface Sent {
  readonly sent: number;
  readonly elapsed: number;
  readonly cpu: number;
}

function runSender(kind: string, port: number, folder: string): Promise<Sent> {
  const options = ['--seconds', String(seconds), '--rate', String(rate)];
  const child = spawn(process.execPath, [import.meta.filename, '--send', kind, String(port), folder, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  return new Promise((resolve) => child.on('close', () => resolve(JSON.parse(said) as Sent)));
}

async function statusOf(state: string): Promise<Status | null> {
  return ((await ask(state, 'GET', '/status').catch(() => null))?.body as Status | undefined) ?? null;
}

async function untilReading(state: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if ((await statusOf(state))?.sources[0]?.state === 'reading') return;
    await sleep(100);
  }
  throw new Error('the daemon does not read');
}

/** Waits until all is read or lost, or nothing more comes. */
async function untilQuiet(state: string, sent: number): Promise<{ status: Status; lost: number }> {
  let last = -1;
  for (let quiet = 0; ; ) {
    await sleep(500);
    const status = await statusOf(state);
    if (status === null) continue;
    const { lines, counts = {} } = status.sources[0]!;
    const lost = (counts.dropped ?? 0) + (counts.kernelDropped ?? 0);
    quiet = lines === last ? quiet + 1 : 0;
    last = lines;
    if (lines + lost >= sent || quiet >= 10) return { status, lost };
  }
}

/** User and system time of a process or a thread (`PID/task/TID`) so far, in seconds. */
function cpuOf(task: string): number {
  const fields = readFileSync(`/proc/${task}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
