/** Against curl, rsyslog's omelasticsearch, and bodies packed by protoc and snappy; bounds, pressure, and hostile bodies. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { assert, property, uint8Array } from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Certificates, makeCertificates } from '../../../test/labs/certificates.ts';
import { removeFolder } from '../../../test/labs/remove-folder.ts';
import { type Reading, readSource, until } from '../../../test/labs/source-reader.ts';
import { silentLog } from '../../kit/log.ts';
import { sourceSettings } from '../all-settings.ts';
import type { QueueBounds } from '../stream/batch-queue.ts';
import { createHttp, type HttpSource } from './http.ts';
import { parseLokiProto } from './loki.ts';
import { parseOtlpProto } from './otlp.ts';
import { recordLine } from './records.ts';
import { httpSettings } from './settings.ts';
import { unsnap } from './snappy.ts';

let folder: string;
let certificates: Certificates;
let open: Reading[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bekci-http-'));
  certificates = makeCertificates(folder);
});
afterEach(async () => {
  for (const each of open) await each.stop();
  open = [];
});
afterAll(() => removeFolder(folder));

const LINE = 'Nov 24 08:48:18 web sshd[9]: Failed password for root from 203.0.113.7 port 22 ssh2';

async function listen(
  settings: Record<string, unknown> = {},
  bounds?: QueueBounds,
): Promise<{ source: HttpSource; reading: Reading; url: string }> {
  const source = createHttp(
    httpSettings.parse({ type: 'http', listen: '127.0.0.1:0', ...settings }),
    { log: silentLog, now: Date.now },
    bounds,
  );
  const reading = readSource(source);
  open.push(reading);
  await until(() => source.port() > 0, 'the server');
  return { source, reading, url: `http://127.0.0.1:${source.port()}` };
}

async function post(url: string, body: string | Uint8Array, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { method: 'POST', body: body as string, headers: { 'content-type': 'text/plain', ...headers } });
}

test('plain text, NDJSON, arrays, packed and not', async () => {
  const { reading, url } = await listen();
  const json = JSON.stringify({ message: LINE, team: 'blue' });
  const type = (name: string, encoding?: string) => ({
    'content-type': name,
    ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
  });
  const answers = [
    await post(`${url}/v1/lines`, `${LINE}\r\n${LINE}\n`),
    await post(url, `${json}\n${json}\n`, type('application/x-ndjson')),
    await post(url, `[${json},${json}]`, type('application/json')),
    await post(url, json, type('application/json; charset=utf-8')),
    await post(url, `${json}\n${json}`, type('application/json')),
    await post(url, gzipSync(LINE), type('text/plain', 'gzip')),
    await post(url, zstdCompressSync(LINE), type('text/plain', 'zstd')),
  ];
  expect(answers.map(({ status }) => status)).toEqual(Array(7).fill(200));
  expect(await answers[0]!.json()).toEqual({ accepted: 2, malformed: 0 });
  expect(reading.texts).toHaveLength(11);
  for (const event of reading.events()) {
    expect(event?.fields['source.ip']).toBe('203.0.113.7');
    expect(event?.fields['log.source.address']).toBe('127.0.0.1');
  }
});

test.each([
  [
    'vector’s syslog',
    {
      appname: 'sshd',
      host: 'web',
      message: 'Failed password for root from 203.0.113.7 port 1 ssh2',
      procid: 12,
      timestamp: '2026-11-24T08:48:18.123Z',
    },
    'sshd',
  ],
  [
    'fluent-bit’s syslog',
    { date: 1795510098.1, ident: 'sshd', pid: '12', message: 'Failed password for root from 203.0.113.7 port 1 ssh2' },
    'sshd',
  ],
  [
    'Elastic’s',
    {
      '@timestamp': '2026-11-24T08:48:18Z',
      message: 'Failed password for root from 203.0.113.7 port 1 ssh2',
      process: { name: 'sshd', pid: 3 },
      host: { name: 'web' },
    },
    'sshd',
  ],
  ['fluent-bit’s tail', { date: 1795510098.1, log: LINE }, 'sshd'],
  ['filebeat’s', { '@timestamp': '2026-11-24T08:48:18Z', message: LINE, host: { name: 'web' } }, 'sshd'],
])('reads records of %s', async (_, record, program) => {
  const { reading, url } = await listen();
  await post(url, JSON.stringify([record]), { 'content-type': 'application/json' });
  const [event] = reading.events();
  expect(event).toMatchObject({ program, fields: { 'source.ip': '203.0.113.7' } });
  expect(Math.abs(event!.time - Date.parse('2026-11-24T08:48:18Z'))).toBeLessThan(1000);
});

test('what names no program stays as it is', () => {
  for (const record of [{ a: 1 }, { program: 'x y', message: 'm' }, { program: 'x' }, [1], 7, null])
    expect(recordLine(record, null)).toBe(JSON.stringify(record));
});

test('Loki: labels are fields, entries have their time', async () => {
  const { reading, url } = await listen();
  const nanoseconds = `${Date.parse('2026-11-24T08:00:00Z')}123456`;
  const body = {
    streams: [
      {
        stream: { app: 'sshd', host: 'web1', env: 'prod', __proto__x: 'y' },
        values: [[nanoseconds, 'Failed password for root from 203.0.113.7 port 1 ssh2']],
      },
      {
        stream: { app: 'nginx' },
        values: [
          [nanoseconds, '203.0.113.8 - - [24/Nov/2026:08:00:00 +0000] "GET /.env HTTP/1.1" 404 1 "-" "x"'],
          [1, 2],
        ],
      },
    ],
  };
  const { status } = await post(`${url}/loki/api/v1/push`, JSON.stringify(body), {
    'content-type': 'application/json',
  });
  expect(status).toBe(204);
  const events = reading.events();
  expect(events[0]).toMatchObject({ time: Date.parse('2026-11-24T08:00:00Z'), program: 'sshd', host: '127.0.0.1' });
  expect(events[0]?.fields).toMatchObject({ 'source.ip': '203.0.113.7', 'labels.env': 'prod' });
  expect(events[1]?.fields['source.ip']).toBe('203.0.113.8');
  expect(new Set(reading.streams).size).toBe(2);
});

test('OTLP as JSON', async () => {
  const { reading, url } = await listen({ relays: ['127.0.0.1'] });
  const text = (value: string) => ({ stringValue: value });
  const body = {
    resourceLogs: [
      {
        resource: {
          attributes: [
            { key: 'service.name', value: text('sshd') },
            { key: 'host.name', value: text('web1') },
            { key: 'k8s.pod.name', value: text('p') },
          ],
        },
        scopeLogs: [
          {
            logRecords: [
              {
                timeUnixNano: '1795507200123456789',
                body: text('Failed password for root from 203.0.113.7 port 1 ssh2'),
              },
              {
                body: {
                  kvlistValue: {
                    values: [
                      { key: 'message', value: text(LINE) },
                      { key: 'n', value: { intValue: '5' } },
                    ],
                  },
                },
              },
              {},
            ],
          },
        ],
      },
    ],
  };
  const answer = await post(`${url}/v1/logs`, JSON.stringify(body), { 'content-type': 'application/json' });
  expect(await answer.json()).toEqual({ partialSuccess: {} });
  const events = reading.events();
  expect(events).toHaveLength(2);
  expect(events[0]).toMatchObject({ program: 'sshd', host: 'web1', time: 1795507200123 });
  expect(events[0]?.fields).toMatchObject({ 'source.ip': '203.0.113.7', 'orchestrator.resource.name': 'p' });
  expect(events[1]?.fields['source.ip']).toBe('203.0.113.7');
});

const PROTOC = existsSync('/usr/bin/protoc');
const SNAPPY = ((): boolean => {
  try {
    execFileSync('/usr/bin/python3', ['-c', 'import snappy'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
if (!PROTOC || !SNAPPY) console.warn('skipped: protoc or python3-snappy is not installed, so nothing packs protobuf');

const PROTO = `syntax = "proto3";
message AnyValue { oneof value { string s = 1; bool b = 2; int64 i = 3; double d = 4; ArrayValue a = 5; KvList k = 6; bytes y = 7; } }
message ArrayValue { repeated AnyValue values = 1; }
message KvList { repeated KeyValue values = 1; }
message KeyValue { string key = 1; AnyValue value = 2; }
message LogRecord { fixed64 time = 1; int32 severity = 2; string severity_text = 3; AnyValue body = 5; repeated KeyValue attributes = 6; fixed32 flags = 8; fixed64 observed = 11; }
message Scope { repeated LogRecord records = 2; string schema = 3; }
message Resource { repeated KeyValue attributes = 1; }
message ResourceLogs { Resource resource = 1; repeated Scope scopes = 2; }
message Otlp { repeated ResourceLogs logs = 1; }
message Time { int64 seconds = 1; int32 nanos = 2; }
message Entry { Time time = 1; string line = 2; }
message Stream { string labels = 1; repeated Entry entries = 2; uint64 hash = 3; }
message Loki { repeated Stream streams = 1; }
`;

function protoc(message: string, text: string): Buffer {
  writeFileSync(join(folder, 'x.proto'), PROTO);
  return execFileSync('protoc', [`--encode=${message}`, `--proto_path=${folder}`, join(folder, 'x.proto')], {
    input: text,
  });
}

test.skipIf(!PROTOC)('OTLP as protobuf', async () => {
  const { reading, url } = await listen();
  const bytes = protoc(
    'Otlp',
    `logs { resource { attributes { key: "service.name" value { s: "sshd" } } }
      scopes { records { time: 1795507200123456789 severity: 9 flags: 1 body { s: "Failed password for root from 203.0.113.7 port 1 ssh2" } attributes { key: "x" value { d: 1.5 } } }
        records { observed: 1795507200000000000 body { k { values { key: "message" value { s: "${LINE}" } } values { key: "list" value { a { values { i: -5 } values { b: true } values { d: 2.5 } } } } } } } } }`,
  );
  const answer = await post(`${url}/v1/logs`, bytes, { 'content-type': 'application/x-protobuf' });
  expect(answer.status).toBe(200);
  expect(reading.texts[0]).toBe(
    '2026-11-24T08:00:00.123456789Z stdout F Failed password for root from 203.0.113.7 port 1 ssh2',
  );
  expect(JSON.parse(reading.texts[1]!)).toEqual({ message: LINE, list: [-5, true, 2.5] });
  expect(reading.events().map((event) => event?.fields['source.ip'])).toEqual(['203.0.113.7', '203.0.113.7']);
});

test.skipIf(!PROTOC || !SNAPPY)('Loki as protobuf packed with snappy', async () => {
  const { reading, url } = await listen();
  const text = `streams { labels: "{app=\\"sshd\\", note=\\"a\\\\\\"b\\"}" ${`entries { time { seconds: 1795507200 nanos: 5 } line: "Failed password for root from 203.0.113.7 port 1 ssh2" } `.repeat(500)} }`;
  const packed = execFileSync(
    '/usr/bin/python3',
    ['-c', 'import sys,snappy;sys.stdout.buffer.write(snappy.compress(sys.stdin.buffer.read()))'],
    {
      input: protoc('Loki', text),
    },
  );
  for (const headers of [{}, { 'content-encoding': 'snappy' }])
    expect(
      (await post(`${url}/loki/api/v1/push`, packed, { 'content-type': 'application/x-protobuf', ...headers })).status,
    ).toBe(204);
  expect(reading.texts).toHaveLength(1000);
  expect(reading.events()[999]).toMatchObject({
    program: 'sshd',
    time: 1795507200000,
    fields: { 'labels.note': 'a"b' },
  });
});

test.skipIf(!existsSync('/usr/lib/x86_64-linux-gnu/rsyslog/omelasticsearch.so'))(
  'takes what rsyslog sends to Elasticsearch',
  async () => {
    const { reading, source } = await listen({ token: 'secret' });
    const input = join(folder, 'es.log');
    writeFileSync(
      input,
      Array.from({ length: 200 }, (_, n) => `Failed password for root from 203.0.113.7 port ${n} ssh2\n`).join(''),
    );
    const config = join(folder, 'es.conf');
    writeFileSync(
      config,
      `global(workDirectory="${folder}")
module(load="imfile" mode="polling" pollingInterval="1")
module(load="omelasticsearch")
input(type="imfile" file="${input}" tag="sshd[9]:" freshStartTail="off")
template(name="doc" type="list" option.jsonf="on") { property(outname="@timestamp" name="timereported" dateFormat="rfc3339" format="jsonf")
 property(outname="program" name="programname" format="jsonf") property(outname="host" name="hostname" format="jsonf") property(outname="message" name="msg" format="jsonf") }
action(type="omelasticsearch" server="127.0.0.1" serverport="${source.port()}" uid="bekci" pwd="secret" bulkmode="on" template="doc" searchIndex="logs")
`,
    );
    const daemon = spawn('/usr/sbin/rsyslogd', ['-n', '-f', config, '-i', 'NONE'], { stdio: 'ignore' });
    try {
      await reading.lines(200);
    } finally {
      daemon.kill('SIGKILL');
    }
    expect(new Set(reading.events().map((event) => event?.fields['source.port'])).size).toBe(200);
  },
  30_000,
);

test('asks for the token, and only takes listed peers', async () => {
  const { reading, url, source } = await listen({ token: 'secret' });
  expect((await post(url, LINE)).status).toBe(401);
  expect((await post(url, LINE, { authorization: 'Bearer wrong' })).status).toBe(401);
  expect((await fetch(`${url}/health`)).status).toBe(401);
  expect((await post(url, LINE, { authorization: 'Bearer secret' })).status).toBe(200);
  expect((await post(url, LINE, { authorization: `Basic ${btoa('x:secret')}` })).status).toBe(200);
  expect(reading.texts).toHaveLength(2);
  expect(source.health().counts!.refused).toBe(3);
  const other = await listen({ peers: ['192.0.2.0/24'] });
  expect((await post(other.url, LINE)).status).toBe(403);
});

test('HTTPS with client certificates, by curl', async () => {
  const tls = { cert: certificates.server, key: certificates.serverKey, client_ca: certificates.ca };
  const { reading, source } = await listen({ tls });
  if (!existsSync('/usr/bin/curl')) {
    console.warn('skipped: curl is not installed');
    return;
  }
  const run = (...more: string[]): Promise<number> =>
    new Promise((resolve) => {
      const args = [
        '-sf',
        '--max-time',
        '5',
        '--cacert',
        certificates.ca,
        '--data-binary',
        LINE,
        '-H',
        'content-type: text/plain',
      ];
      spawn('curl', [...args, ...more, `https://127.0.0.1:${source.port()}/v1/lines`], { stdio: 'ignore' }).on(
        'close',
        (code) => resolve(code ?? -1),
      );
    });
  expect(await run()).not.toBe(0);
  expect(await run('--cert', certificates.alien, '--key', certificates.alienKey)).not.toBe(0);
  expect(reading.texts).toEqual([]);
  expect(await run('--cert', certificates.client, '--key', certificates.clientKey)).toBe(0);
  expect(reading.texts).toEqual([LINE]);
}, 20_000);

test('a request is answered when its lines are on disk, or taken where told so', async () => {
  const { reading, url } = await listen();
  reading.paused = true;
  let answered = false;
  const waiting = post(url, LINE).then(() => {
    answered = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(answered).toBe(false);
  reading.paused = false;
  await waiting;
  expect(reading.texts).toHaveLength(1);
});

test('a full queue is answered 429, and nothing that was answered 200 is lost', async () => {
  const { reading, url, source } = await listen({ confirm: 'taken' }, { maxLines: 50, maxChars: 1 << 20 });
  reading.paused = true;
  const answers = Array.from({ length: 30 }, () => post(url, `${LINE}\n`.repeat(10)));
  await until(() => source.health().counts!.pushedBack! > 0, 'pressure');
  reading.paused = false;
  const all = await Promise.all(answers);
  const taken = all.filter(({ status }) => status === 200).length;
  const pushedBack = all.filter(({ status }) => status === 429);
  expect(pushedBack.length + taken).toBe(30);
  expect(pushedBack[0]?.headers.get('retry-after')).toBe('1');
  expect(reading.texts).toHaveLength(taken * 10);
});

test('bounds: bodies too large before or after unpacking, lines too long, too much at once', async () => {
  const { reading, url, source } = await listen({ max_body: 100_000 });
  expect((await post(url, 'x'.repeat(200_000))).status).toBe(413);
  expect((await post(url, gzipSync(Buffer.alloc(50_000_000)), { 'content-encoding': 'gzip' })).status).toBe(413);
  expect((await post(url, zstdCompressSync(Buffer.alloc(50_000_000)), { 'content-encoding': 'zstd' })).status).toBe(
    413,
  );
  expect(
    (
      await post(`${url}/loki/api/v1/push`, Buffer.from('ffffffff0f00', 'hex'), {
        'content-type': 'application/x-protobuf',
      })
    ).status,
  ).toBe(413);
  expect((await post(url, `${'y'.repeat(90_000)}\nfine`)).status).toBe(200);
  expect(reading.texts.map((text) => text.length)).toEqual([65_536, 4]);
  expect(source.health().truncated).toBe(1);
  const chunked = await new Promise<number>((resolve) => {
    const sending = request(`${url}/`, { method: 'POST', headers: { 'content-type': 'text/plain' } }, (answer) => {
      resolve(answer.statusCode!);
      sending.destroy();
    });
    sending.on('error', () => undefined);
    for (let n = 0; n < 30; n++) sending.write('z'.repeat(10_000));
    sending.end();
  });
  expect(chunked).toBe(413);
});

test('hostile bodies are refused and break nothing', async () => {
  const { reading, url, source } = await listen();
  const json = { 'content-type': 'application/json' };
  const statuses = [
    await post(url, '[{', json),
    await post(url, '['.repeat(1_000_000), json),
    await post(url, gzipSync(LINE).subarray(0, 10), { 'content-encoding': 'gzip' }),
    await post(url, LINE, { 'content-encoding': 'br' }),
    await post(url, LINE, { 'content-type': 'image/png' }),
    await post(`${url}/nowhere`, LINE),
    await post(`${url}/_bulk`, '{"x":1}\n', json),
    await post(`${url}/v1/logs`, '{"resourceLogs":5}', json),
    await post(`${url}/v1/logs`, 'rubbish', { 'content-type': 'application/x-protobuf' }),
    await post(`${url}/loki/api/v1/push`, '{"streams":[null,{"values":[null]}]}', json),
    await fetch(url, { method: 'DELETE' }),
    await fetch(`${url}/nothing`),
  ].map(({ status }) => status);
  expect(statuses).toEqual([400, 400, 400, 415, 415, 404, 400, 400, 400, 204, 405, 404]);
  await new Promise<void>((resolve) => {
    const socket = connect(source.port(), '127.0.0.1', () => {
      socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 1000\r\n\r\nhalf a bo');
      setTimeout(() => socket.destroy(), 100);
    });
    socket.on('close', () => resolve());
  });
  expect((await post(url, LINE)).status).toBe(200);
  expect(reading.texts).toEqual([LINE]);
});

test('parsers of packed bytes never do worse than throw', () => {
  const harmless = (work: () => unknown): void => {
    try {
      work();
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
    }
  };
  assert(
    property(uint8Array({ maxLength: 200 }), (raw) => {
      const bytes = Buffer.from(raw);
      harmless(() => unsnap(bytes, 100_000));
      harmless(() => parseOtlpProto(bytes));
      harmless(() => parseLokiProto(bytes));
    }),
    { numRuns: 3000 },
  );
  // Messages within messages, a thousand deep.
  let deep = Buffer.from([0x0a, 0x00]);
  for (let n = 0; n < 1000; n++)
    deep = Buffer.concat([Buffer.from([0x2a, 0x80 | (deep.length & 127), deep.length >> 7]), deep]);
  harmless(() => parseOtlpProto(deep));
});

test('greets as Elasticsearch does', async () => {
  const { url } = await listen();
  const answer = await fetch(url);
  expect(answer.headers.get('x-elastic-product')).toBe('Elasticsearch');
  expect(((await answer.json()) as { version: { number: string } }).version.number).toBe('8.17.0');
});

test('beyond loopback it needs a token and peers', () => {
  const of = (more: Record<string, unknown>) =>
    sourceSettings
      .safeParse({ type: 'http', listen: '0.0.0.0:8788', ...more })
      .error?.issues.map(({ message }) => message)
      .join() ?? '';
  expect(of({ peers: ['192.0.2.0/24'] })).toContain('token');
  expect(of({ token: 'x' })).toContain('who may send');
  expect(of({ token: 'x', peers: ['192.0.2.0/24'] })).toBe('');
});
