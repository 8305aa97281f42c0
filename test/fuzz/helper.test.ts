/** The short form of the fuzz run over the firewall helper's socket: both sides, a fixed seed and one of the day. */
import { expect, it } from 'vitest';
import { fuzzHelper } from './helper.ts';

it.each([7, Math.floor(Date.now() / 86_400_000)])(
  'garbage from seed %i reaches nft in the allowed shapes only',
  { timeout: 120_000 },
  async (seed) => {
    const result = await fuzzHelper(125_000, seed);
    expect(result.wrong).toEqual([]);
    // It must have reached nft, ended conversations and been both understood and refused, or it shows nothing.
    expect(result.elements).toBeGreaterThan(10_000);
    expect(result.ended).toBeGreaterThan(1000);
    expect(result.clientTook).toBeGreaterThan(500);
    expect(result.clientRefused).toBeGreaterThan(500);
  },
);
