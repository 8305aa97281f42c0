/** Countries and networks of attackers: out of MMDB files that the test writes, in each maker's shape, and without any. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createAtlas } from '../../src/geo/atlas.ts';
import { placeOf } from '../../src/geo/place.ts';
import { mmdb } from '../labs/mmdb.ts';
import { removeFolder } from '../labs/remove-folder.ts';
import { attack, openRoom, until } from './room.ts';

const COUNTRIES = mmdb('GeoLite2-Country', {
  '203.0.113.0/24': { country: { iso_code: 'TR' }, registered_country: { iso_code: 'DE' } },
  '203.0.113.128/25': { country: { iso_code: 'US' } },
  '198.51.100.0/24': { registered_country: { iso_code: 'SG' } },
  '2001:db8::/32': { country: { iso_code: 'DE' } },
});
const NETWORKS = mmdb('GeoLite2-ASN', {
  '203.0.113.0/24': { autonomous_system_number: 64_500, autonomous_system_organization: 'Örnek İletişim <b>' },
  '2001:db8::/32': { autonomous_system_number: 64_501, autonomous_system_organization: 'Beispiel GmbH' },
});

it('adds up where detections came from, and tells it of one address', async () => {
  const room = await openRoom();
  try {
    const viewer = await room.as('viewer');
    expect(await viewer.call('places')).toEqual({ files: [], countries: [], networks: [], addresses: 0, unplaced: 0 });
    room.write(
      ['203.0.113.7', '203.0.113.200', '198.51.100.9', '192.0.2.1', '2001:db8::5'].flatMap((ip) => attack(ip)),
    );
    await until(
      () => viewer.call('alerts', {}),
      (page) => page.items.length === 5,
    );
    expect((await viewer.call('entity', { params: { value: '203.0.113.7' } })).place).toBeNull();
  } finally {
    await room.close();
  }
});

it('draws them from the files of the state folder', async () => {
  const files = mkdtempSync(join(tmpdir(), 'bekci-geo-'));
  writeFileSync(join(files, 'c.mmdb'), COUNTRIES);
  writeFileSync(join(files, 'n.mmdb'), NETWORKS);
  writeFileSync(join(files, 'x.mmdb'), 'nothing of the kind');
  const list = ['c', 'n', 'x', 'gone'].map((name) => join(files, `${name}.mmdb`));
  const room = await openRoom(`geo: {databases: ${JSON.stringify(list)}}\n`);
  try {
    const viewer = await room.as('viewer');
    room.write(
      ['203.0.113.7', '203.0.113.200', '198.51.100.9', '192.0.2.1', '2001:db8::5'].flatMap((ip) => attack(ip)),
    );
    await until(
      () => viewer.call('alerts', {}),
      (page) => page.items.length === 5,
    );
    const places = await viewer.call('places', { query: { to: Date.now() + 3_600_000 } });
    expect(places.files.map(({ type, problem }) => [type, problem])).toEqual([
      ['GeoLite2-Country', null],
      ['GeoLite2-ASN', null],
      [null, 'it is no MMDB file'],
      [null, expect.stringContaining('ENOENT') as string],
    ]);
    expect(places.countries.map(({ code, addresses }) => `${code} ${addresses}`).toSorted()).toEqual([
      'DE 1',
      'SG 1',
      'TR 1',
      'US 1',
    ]);
    const networks = places.networks.map(({ asn, name, addresses, busiest }) => [asn, name, addresses, busiest.length]);
    expect(networks).toEqual([
      [64_500, 'Örnek İletişim <b>', 2, 2],
      [64_501, 'Beispiel GmbH', 1, 1],
    ]);
    expect([places.addresses, places.unplaced]).toEqual([5, 1]);
    const { place } = await viewer.call('entity', { params: { value: '2001:db8::5' } });
    expect(place).toEqual({ country: 'DE', asn: 64_501, network: 'Beispiel GmbH' });
  } finally {
    await room.close();
    removeFolder(files);
  }
});

it('finds files by itself, takes a new one over, and bears damaged ones', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bekci-geo-'));
  let now = 0;
  const atlas = createAtlas('auto', join(folder, 'geo'), () => now);
  const mine = async () => (await atlas.ready()).filter((each) => each.path.startsWith(folder));
  expect(await mine()).toEqual([]);
  mkdirSync(join(folder, 'geo'));
  writeFileSync(join(folder, 'geo', 'GeoLite2-Country.mmdb'), COUNTRIES);
  writeFileSync(join(folder, 'geo', 'GeoLite2-City.mmdb'), COUNTRIES);
  expect(await mine()).toEqual([]);
  now += 60_000;
  expect((await mine()).map((each) => each.builtAt)).toEqual([1_790_000_000_000]);
  expect(atlas.of('2001:db8::/64').country).toBe('DE');
  expect(atlas.of('203.0.113.7').country).toBe('TR');
  for (const odd of ['root', '', '203.0.113', '::ffff:203.0.113.7', '999.1.1.1']) atlas.of(odd);
  // Bytes turned over, one after another, and a file cut short.
  for (let n = 0; n < 300; n++) {
    const spoilt = Buffer.from(COUNTRIES.subarray(0, n % 3 === 0 ? COUNTRIES.length - n : COUNTRIES.length));
    spoilt[(n * 7919) % spoilt.length]! ^= 0xff;
    writeFileSync(join(folder, 'geo', 'GeoLite2-Country.mmdb'), spoilt);
    now += 60_000;
    await atlas.ready();
    atlas.of('203.0.113.7');
  }
  removeFolder(folder);
});

it.each([
  [{ country: { iso_code: 'TR' } }, 'TR', null, null],
  [{ country_code: 'tr', as_number: 1 }, 'TR', null, null],
  [{ country: 'TR', asn: 'AS64500', as_name: 'Örnek' }, 'TR', 64_500, 'Örnek'],
  [{ country: 'Turkey', asn: 'AS99999999999', name: 'x' }, null, null, null],
  [{ autonomous_system_number: 1, autonomous_system_organization: 7 }, null, 1, null],
  [null, null, null, null],
  ['TR', null, null, null],
])('reads %j', (record, country, asn, network) => {
  expect(placeOf(record)).toEqual({ country, asn, network });
});
