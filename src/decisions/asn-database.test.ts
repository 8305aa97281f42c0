/** Autonomous systems on the allowlist: the two file forms, gzip, prefixes over a border, and what is said when the file is no use. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { parseNetwork } from '../kit/cidr.ts';
import { silentLog } from '../kit/log.ts';
import { type AsnShield, openAsnShield } from './asn-database.ts';

const folder = mkdtempSync(join(tmpdir(), 'bekci-asn-'));
const TSV = [
  '192.0.2.0\t192.0.2.255\t64497\tZZ\tOTHER',
  '198.51.100.0\t198.51.100.127\t64496\tZZ\tEXAMPLE-NET',
  '203.0.113.0\t203.0.113.255\t0\tNone\tNot routed',
  '2001:db8:a::\t2001:db8:a:ffff:ffff:ffff:ffff:ffff\t64496\tZZ\tEXAMPLE-NET',
  '',
].join('\n');
const CSV = [
  'network,autonomous_system_number,autonomous_system_organization',
  '198.51.100.0/25,64496,"Example, Net"',
  '2001:db8:a::/48,64496,"Example, Net"',
].join('\r\n');

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function says(shield: AsnShield | null, ip: string): string | null {
  return shield?.protects(parseNetwork(ip)!)?.detail ?? null;
}

it.each([
  ['TSV', 'a.tsv', TSV],
  ['gzip', 'a.tsv.gz', gzipSync(TSV)],
  ['CSV', 'a.csv', CSV],
])('protects the networks of a system: %s', async (_, name, content) => {
  const shield = await openAsnShield(['203.0.113.0/24', 'as64496'], file(name, content), silentLog);
  expect(shield?.size).toBe(2);
  for (const ip of ['198.51.100.0', '198.51.100.127', '198.51.100.0/24', '2001:db8:a:1::/64', '2001:db8:a:ffff::1'])
    expect(says(shield, ip), ip).toBe('AS64496');
  for (const ip of ['198.51.100.128', '198.51.99.255', '192.0.2.7', '203.0.113.9', '2001:db8:b::1', '2001:db8:9::/48'])
    expect(says(shield, ip), ip).toBe(null);
});

it('needs no file when no system is named', async () => {
  expect(await openAsnShield(['198.51.100.0/24'], '/nowhere', silentLog)).toBe(null);
});

it.each([
  ['none set', undefined, 'no `decisions.asn_database` is set'],
  ['missing', join(folder, 'none.tsv'), 'cannot be read'],
  ['no gzip', file('bad.gz', 'hello'), 'cannot be read'],
  ['something else', file('bad.tsv', 'hello\nworld\n'), 'no line that is understood'],
  ['empty', file('empty.tsv', ''), 'no line that is understood'],
])('says what is wrong and what it means: %s', async (_, path, words) => {
  await expect(openAsnShield(['AS64496'], path, silentLog)).rejects.toThrow(words);
  await expect(openAsnShield(['AS64496'], path, silentLog)).rejects.toThrow('AS64496, but');
  await expect(openAsnShield(['AS64496'], path, silentLog)).rejects.toThrow('would not be protected');
});

it('takes over a changed file and keeps the last good one', async () => {
  const path = file('live.tsv', TSV);
  const told: string[] = [];
  const shield = await openAsnShield(['AS64496'], path, (_, message) => void told.push(message));
  writeFileSync(path, 'rubbish');
  await shield?.refresh();
  expect(says(shield, '198.51.100.9')).toBe('AS64496');
  expect(told.join()).toContain('cannot be read any more');
  writeFileSync(path, '203.0.113.0\t203.0.113.255\t64496\tZZ\tEXAMPLE-NET\n');
  await shield?.refresh();
  expect(says(shield, '198.51.100.9')).toBe(null);
  expect(says(shield, '203.0.113.9')).toBe('AS64496');
});
