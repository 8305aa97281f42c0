/** The table says the same as a naive search; feeds keep the last good copy. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { containsNetwork, parseNetwork } from '../../kit/cidr.ts';
import { silentLog } from '../../kit/log.ts';
import { createFeeds } from './feeds.ts';
import { parseJson, parsePlain } from './parse-list.ts';
import { createPrefixTable } from './prefix-table.ts';
import { intelSettings } from './settings.ts';

it('finds what a naive search finds', () => {
  const four = fc
    .tuple(
      fc.constantFrom(203, 198, 45),
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 0, max: 255 }),
    )
    .map((parts) => parts.join('.'));
  const six = fc
    .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }))
    .map(([a, b]) => `2001:db8:${a}::${b}`);
  const address = fc.oneof(four, six);
  const network = address.chain((text) =>
    fc
      .integer({ min: text.includes(':') ? 32 : 8, max: text.includes(':') ? 128 : 32 })
      .map((bits) => `${text}/${bits}`),
  );
  fc.assert(
    fc.property(
      fc.array(network, { maxLength: 20 }),
      fc.array(address, { minLength: 1, maxLength: 20 }),
      (networks, addresses) => {
        const builder = createPrefixTable();
        for (const each of networks) expect(builder.add(each, 1)).toBe(true);
        const table = builder.build();
        for (const each of addresses) {
          const canonical = parseNetwork(each)!;
          expect(table.lookup(each) >= 0, each).toBe(
            networks.some((outer) => containsNetwork(parseNetwork(outer)!, canonical)),
          );
        }
      },
    ),
    { numRuns: 1000 },
  );
});

it('refuses networks that would shut out everybody or oneself', () => {
  const builder = createPrefixTable();
  for (const each of [
    '0.0.0.0/0',
    '128.0.0.0/1',
    '10.0.0.0/8',
    '127.0.0.1',
    '192.168.1.0/24',
    '::/0',
    'fe80::1',
    '2000::/3',
    'example.org',
    '1.2.3.4/33',
    '01.2.3.4',
  ])
    expect([each, builder.add(each, 0)]).toEqual([each, false]);
});

it('loads a million networks quickly and finds them quickly', () => {
  const lines: string[] = [];
  for (let n = 0; n < 1_000_000; n++) lines.push(`${20 + (n % 90)}.${(n >> 3) & 255}.${(n >> 11) & 255}.${n & 255}`);
  const text = lines.join('\n');
  const builder = createPrefixTable();
  const started = process.cpuUsage();
  parsePlain(text, (entry) => builder.add(entry, 0));
  const table = builder.build();
  expect(cpuMs(started)).toBeLessThan(3000);
  const again = process.cpuUsage();
  let hits = 0;
  for (let n = 0; n < 200_000; n++) if (table.lookup(lines[(n * 7) % lines.length]!) >= 0) hits++;
  expect(hits).toBe(200_000);
  expect(cpuMs(again) / 200_000).toBeLessThan(0.002);
});

/** Processor time since then: what a busy neighbour does not change. */
function cpuMs(since: NodeJS.CpuUsage): number {
  return process.cpuUsage(since).user / 1000;
}

it('reads comments, columns and JSON paths', () => {
  const taken: string[] = [];
  const take = (text: string): boolean => taken.push(text) > 0 && text !== 'bad';
  expect(parsePlain('# x\n203.0.113.7 ; SBL1\n\n  198.51.100.0/24,why\nbad\n; y\n// z\n"2001:db8::/32"', take)).toEqual(
    { taken: 3, refused: 1, examples: ['line 5: bad'] },
  );
  expect(taken).toEqual(['203.0.113.7', '198.51.100.0/24', 'bad', '2001:db8::/32']);
  expect(parseJson('{"malicious_ips":["203.0.113.7"]}', 'malicious_ips', take).taken).toBe(1);
  expect(parseJson('{"data":[{"ip":"203.0.113.8"},{"ip":"203.0.113.9"}]}', 'data[*].ip', take).taken).toBe(2);
  expect(() => parseJson('{}', 'data', take)).toThrow(/nothing at/);
  expect(() => parseJson('<html>', 'data', take)).toThrow(/no JSON/);
});

it('asks conditionally and keeps the last good copy when a feed fails or shrinks', async () => {
  let answer: { status: number; body: string; etag?: string } = { status: 200, body: '', etag: '"1"' };
  const asked: (string | undefined)[] = [];
  const server = createServer((req, res) => {
    asked.push(req.headers['if-none-match']);
    res.writeHead(answer.status, answer.etag === undefined ? {} : { etag: answer.etag });
    res.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const folder = mkdtempSync(join(tmpdir(), 'bekci-intel-'));
  writeFileSync(join(folder, 'own.txt'), '45.1.2.3\n');
  let clock = Date.now();
  const settings = intelSettings.parse({
    lists: [{ name: 'own', path: join(folder, 'own.txt') }],
    feeds: [{ name: 'feed', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, interval: '1h' }],
  });
  const feeds = createFeeds(settings, folder, silentLog, () => clock);
  const later = async (next: typeof answer): Promise<void> => {
    answer = next;
    clock += 3_600_000;
    await feeds.refresh(AbortSignal.timeout(5000));
  };
  const full = Array.from({ length: 100 }, (_, n) => `203.0.113.${n}`).join('\n');
  feeds.load();
  expect(feeds.table().lookup('45.1.2.3')).toBe(0);
  await later({ status: 200, body: full, etag: '"1"' });
  expect(feeds.table().lookup('203.0.113.7')).toBe(1);
  await later({ status: 304, body: '' });
  expect(asked.at(-1)).toBe('"1"');
  for (const bad of [
    { status: 500, body: 'oops' },
    { status: 200, body: '203.0.113.7\n' },
    { status: 200, body: '<html>' },
  ]) {
    await later(bad);
    expect(feeds.table().lookup('203.0.113.99')).toBe(1);
    expect(feeds.status().find((each) => each.name === 'feed')?.problem).toContain('last good copy');
  }
  const restarted = createFeeds(settings, folder, silentLog, () => clock);
  restarted.load();
  expect(restarted.table().size).toBe(101);
  server.close();
});
