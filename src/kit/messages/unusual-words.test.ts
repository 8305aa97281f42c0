/** What was learned, in words, in both languages; hostile facts neither break nor pass as keys. */
import { expect, it } from 'vitest';
import { unusualWords } from './unusual-words.ts';

const behaviour = {
  ...{ of: 'address', window: 'minute', things: 'path', per_day: 0.04, new: 9, new_of: 10 },
  ...{ feature1: 'things', value1: 41, usual1: 3, whose1: 'own', feature2: 'bytes', value2: 1_800_000_000 },
  ...{ usual2: 20_000, whose2: 'all' },
};

it('says how much of what, beside the usual', () => {
  expect(unusualWords('bekci-unusual-behaviour', behaviour, 'en')).toEqual([
    '41 distinct paths in a minute; this address’s usual is 3',
    '1.8 GB sent in a minute; usual for an address here: 20 kB',
    '9 of 10 are new on this site',
    'expected here about once in 25 days',
  ]);
  expect(unusualWords('bekci-unusual-behaviour', behaviour, 'tr')).toEqual([
    'bir dakikada 41 farklı yol; bu adresin alışılmışı 3',
    'bir dakikada 1,8 GB gönderildi; buradaki bir adres için alışılmış olan: 20 kB',
    '10 olaydan 9 tanesi bu sitede yeni',
    'burada yaklaşık 25 günde bir beklenir',
  ]);
});

it('says whose numbers they are, from how much they were learned, and a share’s usual in percent', () => {
  const found = {
    ...{ of: 'service', window: 'hour', by: 'webserver', learned_hours: 340 },
    ...{ feature1: 'failure_share', value1: 70, usual1: 1, whose1: 'own' },
  };
  expect(unusualWords('bekci-unusual-behaviour', found, 'en')).toEqual([
    'at least half of what is unusual in webserver comes from this address; the numbers are those of webserver as a whole',
    '70 % failed in an hour; this service’s usual is 1 %',
    'learned from 14 days of this machine’s logs',
  ]);
  expect(unusualWords('bekci-unusual-behaviour', { ...found, learned_hours: 26 }, 'tr').slice(1)).toEqual([
    'bir saatte % 70 başarısız; bu hizmetin alışılmışı % 1',
    'bu makinenin yalnızca 26 saatlik kayıtlarından öğrenildi',
  ]);
});

it('speaks of habits, messages and raised rules, and of no other rule', () => {
  const habit = { user: 'alice', hours: 42, new1: 'network', value1: '198.18.7.9', new2: 'hour', value2: '03 UTC' };
  expect(unusualWords('bekci-new-habit', habit, 'en')).toContain('first time at this hour: 03 UTC');
  const message = { way: 'template', program: 'sshd', lines: 9000 };
  expect(unusualWords('bekci-new-message', message, 'en')).toEqual(['sshd never said anything like it in 9,000 lines']);
  expect(unusualWords('sshd-brute-force', { unusual: 1, per_day: 1 }, 'en')).toHaveLength(1);
  expect(unusualWords('sshd-brute-force', { per_day: 1 }, 'en')).toEqual([]);
  for (const odd of ['__proto__', 'constructor', '{what}', '']) {
    const facts = { of: odd, window: odd, things: odd, feature1: odd, value1: odd, whose1: odd, way: odd, new1: odd };
    for (const rule of ['bekci-unusual-behaviour', 'bekci-new-habit', 'bekci-new-message', 'bekci-unusual-line', odd])
      for (const word of unusualWords(rule, facts, 'en')) expect(word).not.toContain('undefined');
  }
});
