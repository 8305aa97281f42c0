/** Both languages say the same things with the same parameters. */
import { expect, it } from 'vitest';
import { dictionaries, durationText, t } from './messages.ts';

it('has every text in both languages, with the same parameters', () => {
  const { en, tr } = dictionaries;
  expect(Object.keys(tr).sort()).toEqual(Object.keys(en).sort());
  const parameters = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
  for (const key of Object.keys(en) as (keyof typeof en)[]) {
    expect([key, parameters(tr[key])]).toEqual([key, parameters(en[key])]);
    expect(tr[key]).not.toBe('');
  }
});

it('fills parameters and writes durations', () => {
  expect(t('en', 'alert.banned', { ip: '203.0.113.7', duration: '10 min' })).toBe(
    '203.0.113.7 was shut out for 10 min.',
  );
  expect(durationText('tr', 90_061)).toBe('1 gün 1 saat');
  expect(durationText('en', 0)).toBe('0 s');
});
