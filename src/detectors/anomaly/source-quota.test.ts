/** So many lines an hour for each address, and no more addresses than are kept. */
import { expect, it } from 'vitest';
import { SourceQuota } from './source-quota.ts';

const HOUR = 3_600_000;

it('allows so many an hour, to each address its own, also when the clock steps back', () => {
  const quota = new SourceQuota(3);
  const allowed = (address: string, time: number): number =>
    Array.from({ length: 10 }, () => quota.allows(address, time)).filter(Boolean).length;
  expect(allowed('192.0.2.1', HOUR)).toBe(3);
  expect(allowed('192.0.2.2', HOUR + 5)).toBe(3);
  expect(allowed('192.0.2.1', HOUR * 2)).toBe(3);
  expect(allowed('192.0.2.1', HOUR)).toBe(0);
});

it('stays bounded when every line has another address', () => {
  const quota = new SourceQuota(3);
  let allowed = 0;
  for (let n = 0; n < 50_000; n++) if (quota.allows(`2001:db8::${n.toString(16)}`, HOUR)) allowed++;
  expect(allowed).toBe(20_000);
});
