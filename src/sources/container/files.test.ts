/** Container logs as files: Docker's json-file and the CRI format, the latter written by a real container runtime where there is one. */
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPodman } from '../../../test/labs/podman.ts';
import { removeFolder } from '../../../test/labs/remove-folder.ts';
import { type Reading, readSource, until } from '../../../test/labs/source-reader.ts';
import { silentLog } from '../../kit/log.ts';
import type { Checkpoint } from '../../model/line.ts';
import { createDockerFiles } from './docker-files.ts';
import { createKubernetes, placeOf } from './kubernetes.ts';
import { dockerFilesSettings, kubernetesSettings } from './settings.ts';

let folder: string;
let readings: Reading[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bekci-containers-'));
});
afterEach(async () => {
  for (const each of readings) await each.stop();
  readings = [];
  removeFolder(folder);
});

const context = { log: silentLog, now: Date.now };
const docker = (more: Record<string, unknown> = {}) =>
  createDockerFiles(dockerFilesSettings.parse({ type: 'docker-files', path: folder, ...more }), context);
const kubernetes = (more: Record<string, unknown> = {}) =>
  createKubernetes(kubernetesSettings.parse({ type: 'kubernetes', path: folder, ...more }), context);

function read(source: ReturnType<typeof docker>, resume: Checkpoint | null = null): Reading {
  const reading = readSource(source, resume);
  readings.push(reading);
  return reading;
}

const saved = (reading: Reading): Checkpoint => JSON.parse(JSON.stringify(reading.checkpoint)) as Checkpoint;
const bodies = (reading: Reading): string[] => reading.texts.map((text) => text.split(' ').slice(3).join(' '));
let clock = 0;
const stamp = (): string => `2026-11-24T08:00:00.${String(++clock).padStart(9, '0')}Z`;

function container(id: string, name: string, image: string): string {
  const full = id.padEnd(64, '0');
  mkdirSync(join(folder, full), { recursive: true });
  const labels = { 'com.docker.compose.service': name, long: 'x'.repeat(1000) };
  writeFileSync(
    join(folder, full, 'config.v2.json'),
    JSON.stringify({ Name: `/${name}`, Config: { Image: image, Labels: labels, Tty: false } }),
  );
  return join(folder, full, `${full}-json.log`);
}
const entry = (log: string, stream = 'stdout'): string => `${JSON.stringify({ log, stream, time: stamp() })}\n`;

test('docker: name, image and labels are fields; lines without a stamp have the time of the entry', async () => {
  const web = container('aa01', 'proxy', 'registry.example:5000/library/nginx:1.27');
  const ssh = container('bb02', 'jump', 'linuxserver/openssh-server');
  writeFileSync(web, '');
  writeFileSync(ssh, '');
  const reading = read(docker());
  await new Promise((resolve) => setTimeout(resolve, 500));
  appendFileSync(web, entry('203.0.113.7 - - [24/Nov/2026:08:00:00 +0000] "GET /.env HTTP/1.1" 404 1 "-" "x"\n'));
  appendFileSync(ssh, entry('Failed password for root from 203.0.113.8 port 22 ssh2\r\n', 'stderr'));
  await reading.lines(2);
  const events = reading
    .events()
    .sort((a, b) => String(a?.fields['source.ip']).localeCompare(String(b?.fields['source.ip'])));
  expect(events[0]?.fields).toMatchObject({
    'source.ip': '203.0.113.7',
    'url.path': '/.env',
    'container.name': 'proxy',
    'container.image.name': 'registry.example:5000/library/nginx:1.27',
    'container.labels.com.docker.compose.service': 'proxy',
  });
  expect(events[0]?.fields['container.labels.long']).toBeUndefined();
  expect(events[1]).toMatchObject({ program: 'sshd', time: Date.parse('2026-11-24T08:00:00.000Z') });
  expect(events[1]?.fields['source.ip']).toBe('203.0.113.8');
});

test('docker: long lines are joined, also over a restart, while the other stream goes on', async () => {
  const log = container('cc03', 'app', 'app');
  const half = 'h'.repeat(16_384);
  writeFileSync(log, entry('one\n') + entry(half) + entry('other\n', 'stderr') + entry(half));
  const first = read(docker({ from: 'start' }));
  await first.lines(2);
  await first.stop();
  appendFileSync(log, entry('end\n') + entry('no end of line at exit') + entry('next run\n'));
  const second = read(docker({ from: 'start' }), saved(first));
  await second.lines(3);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect([...bodies(first), ...bodies(second)]).toEqual([
    'one',
    'other',
    `${half}${half}end`,
    'no end of line at exit',
    'next run',
  ]);
});

test('docker: a container made anew, rotation, and one that is not wanted', async () => {
  const old = container('dd04', 'web', 'nginx');
  const other = container('ee05', 'noise', 'noise');
  writeFileSync(old, entry('1\n'));
  writeFileSync(other, entry('noise\n'));
  const source = docker({ from: 'start', exclude: ['noi*'] });
  const reading = read(source);
  await reading.lines(1);
  renameSync(old, `${old}.1`);
  appendFileSync(`${old}.1`, entry('2\n'));
  writeFileSync(old, entry('3\n'));
  await reading.lines(3);
  removeFolder(join(folder, 'dd04'.padEnd(64, '0')));
  writeFileSync(container('ff06', 'web', 'nginx'), entry('4\n'));
  await reading.lines(4);
  await until(() => source.health().levels!.files === 1, 'the old one to be let go');
  expect(bodies(reading)).toEqual(['1', '2', '3', '4']);
  expect(new Set(reading.streams.map((id) => id.split('#')[1]))).toEqual(
    new Set(['web/dd0400000000', 'web/ff0600000000']),
  );
}, 30_000);

test('docker: lines that are no entries are handed on as they are and counted', async () => {
  const log = container('ab07', 'x', 'x');
  const huge = JSON.stringify({ log: '\u0001'.repeat(16_384), stream: 'stdout', time: stamp() });
  writeFileSync(
    log,
    `rubbish\n{"log":1}\n{"log":"x\\n","stream":"stdout","time":"a b c d e f g h i j k"}\n${huge}\n${entry('fine\n')}`,
  );
  const source = docker({ from: 'start' });
  const reading = read(source);
  await reading.lines(5);
  expect(bodies(reading).at(-1)).toBe('fine');
  expect(source.health().counts).toMatchObject({ malformed: 4 });
});

test('kubernetes: pods and containers from the path, restarts, P lines, rotation', async () => {
  const pod = join(folder, 'shop_web-7d4b_0f9d-11ef');
  mkdirSync(join(pod, 'nginx'), { recursive: true });
  const log = join(pod, 'nginx/0.log');
  const line = (tag: string, text: string, stream = 'stdout'): string => `${stamp()} ${stream} ${tag} ${text}\n`;
  writeFileSync(
    log,
    line('F', 'one') +
      line('P', 'half ') +
      line('F', 'err', 'stderr') +
      line('F', 'line') +
      line('P:x', 'a') +
      line('F:y', 'b'),
  );
  const reading = read(kubernetes({ from: 'start' }));
  await reading.lines(4);
  renameSync(log, `${log}.20261124-080000`);
  writeFileSync(log, line('F', 'rotated'));
  await reading.lines(5);
  writeFileSync(join(pod, 'nginx/1.log'), line('F', 'restarted'));
  await reading.lines(6);
  expect(bodies(reading)).toEqual(['one', 'err', 'half line', 'ab', 'rotated', 'restarted']);
  expect(reading.batches[0]?.source).toMatchObject({
    program: 'nginx',
    origin: {
      fields: {
        'orchestrator.type': 'kubernetes',
        'orchestrator.namespace': 'shop',
        'orchestrator.resource.name': 'web-7d4b',
        'container.name': 'nginx',
      },
    },
  });
  expect(new Set(reading.streams.map((id) => id.split('#')[1]))).toEqual(
    new Set(['shop/web-7d4b/nginx/0f9d-11ef/0', 'shop/web-7d4b/nginx/0f9d-11ef/1']),
  );
}, 20_000);

test('kubernetes: the symlinks of /var/log/containers, and only the namespaces asked for', async () => {
  const links = join(folder, 'links');
  const real = join(folder, 'real');
  mkdirSync(links);
  mkdirSync(real);
  const id = 'ab'.repeat(32);
  for (const namespace of ['shop', 'kube-system']) {
    writeFileSync(join(real, `${namespace}.log`), `${stamp()} stdout F from ${namespace}\n`);
    symlinkSync(join(real, `${namespace}.log`), join(links, `pod-1_${namespace}_api-${id}.log`));
  }
  const reading = read(kubernetes({ path: links, from: 'start', namespaces: ['sh*'] }));
  await reading.lines(1);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(bodies(reading)).toEqual(['from shop']);
  expect(reading.batches[0]?.source.origin?.fields).toMatchObject({ 'container.id': id, 'container.name': 'api' });
});

test('paths that name no container', () => {
  expect(placeOf('/var/log/pods/a_b_c/d/0.log')).toMatchObject({ namespace: 'a', pod: 'b', container: 'd' });
  for (const path of ['/var/log/pods/a_b/d/0.log', '/var/log/pods/a_b_c/d/x.log', '/var/log/containers/a_b_c.log'])
    expect(placeOf(path)).toBeNull();
});

test('kubernetes: what a real runtime writes', async (at) => {
  const podman = openPodman(join(folder, 'podman'));
  if (typeof podman === 'string') {
    console.warn(`skipped: ${podman}`);
    at.skip();
    return;
  }
  try {
    const log = join(folder, 'logs/shop_web_uid/app/0.log');
    mkdirSync(join(folder, 'logs/shop_web_uid/app'), { recursive: true });
    const reading = read(kubernetes({ path: join(folder, 'logs'), from: 'start' }));
    const script = 'echo one; echo two >&2; head -c 30000 /dev/zero | tr "\\0" y; echo; echo last';
    podman.start('writer', script, '--log-driver', 'k8s-file', '--log-opt', `path=${log}`);
    await reading.lines(4);
    expect(readFileSync(log, 'utf8')).toContain(' stdout P yyy');
    expect(bodies(reading).sort()).toEqual(['last', 'one', 'two', 'y'.repeat(30_000)]);
  } finally {
    podman.close();
  }
}, 40_000);
