/** Networks against what Node itself says, and back again. */
import { BlockList } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { containsNetwork, formatNetwork, overlaps, parseNetwork, widen } from './cidr.ts';

const ipv4 = fc.ipV4();
const ipv6 = fc.ipV6();

test('what was parsed is written as the same network', () => {
  fc.assert(
    fc.property(fc.oneof(ipv4, ipv6), fc.integer({ min: 0, max: 128 }), (address, bits) => {
      const network = parseNetwork(address)!;
      expect(parseNetwork(formatNetwork(network))).toEqual(network);
      const wide = widen(network, bits);
      expect(parseNetwork(formatNetwork(wide))).toEqual(wide);
      expect(containsNetwork(wide, network)).toBe(true);
      expect(overlaps(network, wide)).toBe(true);
    }),
  );
  expect(formatNetwork(parseNetwork('255.254.253.252')!)).toBe('255.254.253.252');
  expect(formatNetwork(parseNetwork('203.0.113.9/28')!)).toBe('203.0.113.0/28');
  expect(formatNetwork(parseNetwork('::ffff:192.0.2.1')!)).toBe('192.0.2.1');
});

test('an address is in a network exactly when Node says so', () => {
  const check = (network: string, bits: number, address: string, type: 'ipv4' | 'ipv6'): void => {
    const list = new BlockList();
    list.addSubnet(network, bits, type);
    const outer = parseNetwork(`${network}/${bits}`)!;
    const inner = parseNetwork(address)!;
    if (outer.family !== inner.family || outer.family !== (type === 'ipv4' ? 4 : 6)) return;
    expect(containsNetwork(outer, inner), `${address} in ${network}/${bits}`).toBe(list.check(address, type));
  };
  // Neighbours are what a wrong mask gets wrong, so the address is often made from the network.
  fc.assert(
    fc.property(ipv4, fc.integer({ min: 0, max: 32 }), ipv4, fc.nat({ max: 3 }), (network, bits, other, parts) => {
      const address = [...network.split('.').slice(0, parts), ...other.split('.').slice(parts)].join('.');
      check(network, bits, address, 'ipv4');
    }),
    { numRuns: 500 },
  );
  const group = fc.integer({ min: 0, max: 0xffff });
  const groups = fc.array(group, { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(groups, fc.integer({ min: 0, max: 128 }), groups, fc.nat({ max: 8 }), (network, bits, other, parts) => {
      const text = (list: number[]): string => list.map((each) => each.toString(16)).join(':');
      check(text(network), bits, text([...network.slice(0, parts), ...other.slice(parts)]), 'ipv6');
    }),
    { numRuns: 500 },
  );
});

test('families do not mix', () => {
  expect(containsNetwork(parseNetwork('0.0.0.0/0')!, parseNetwork('2001:db8::1')!)).toBe(false);
  expect(parseNetwork('203.0.113.9/33')).toBe(null);
  expect(parseNetwork('2001:db8::/129')).toBe(null);
});
