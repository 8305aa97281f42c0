/** Samples are as large as asked for and favour nothing that comes in a rhythm; addresses have numbers of their own. */
import { expect, it } from 'vitest';
import { type AddressKey, readAddress } from './hash-text.ts';
import { Sampling, strideFor } from './sampling.ts';

it('chooses one in so many, whatever the rhythm', () => {
  const sampling = new Sampling(1);
  for (const stride of [1, 2, 4, 16, 64]) {
    const chosen = [0, 0, 0, 0];
    for (let n = 0; n < 256_000; n++) if (sampling.isTurn(stride)) chosen[n % 4]!++;
    for (const count of chosen) expect(Math.abs(count - 64_000 / stride)).toBeLessThan(5 * Math.sqrt(64_000 / stride));
  }
});

it('chooses at least as many as wanted, within its bounds', () => {
  expect([0, 31, 32, 63, 64, 255, 256, 1e6].map((count) => strideFor(count, 16, 1, 16))).toEqual([
    1, 1, 2, 2, 4, 8, 16, 16,
  ]);
  expect([0, 4096, 1e9].map((count) => strideFor(count, 256, 4, 64))).toEqual([4, 16, 64]);
});

it('gives IPv4 addresses numbers of their own and everything else a hash', () => {
  const of = (text: string): AddressKey => {
    const key = { addressHash: 0, isExact: false };
    readAddress(text, key);
    return key;
  };
  const numbers = new Set<number>();
  for (let n = 0; n < 65_536; n++) numbers.add(of(`198.18.${n >> 8}.${n & 255}`).addressHash);
  expect(numbers.size).toBe(65_536);
  expect(of('0.0.0.0')).toEqual({ addressHash: 0, isExact: true });
  for (const odd of ['', '1.2.3', '1.2.3.4.5', '1.2.3.256', '300.1.1.1', '1.2.3.x', '2001:db8::1', '::ffff', 'a.b.c.d'])
    expect(of(odd).isExact, odd).toBe(false);
});
