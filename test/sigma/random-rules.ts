/** Random rule sets and random events that have enough in common to match now and then. */
import type { FieldValue, LogEvent } from '../../src/model/log-event.ts';

/** A source of random numbers; the same seed gives the same numbers (mulberry32). */
export interface Random {
  below(limit: number): number;
  pick<T>(values: readonly T[]): T;
  chance(share: number): boolean;
}

/** Creates one. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const random: Random = {
    below: (limit) => Math.floor(next() * limit),
    pick: (values) => values[random.below(values.length)]!,
    chance: (share) => next() < share,
  };
  return random;
}

const FIELDS = ['a', 'b', 'c-uri', 'sc-status', 'url.original', 'event.action', 'process.name', 'message', 'list'];
const LETTERS = [
  'a',
  'b',
  'c',
  'A',
  'B',
  '/',
  '.',
  ' ',
  '-',
  '\\',
  'ü',
  'Ü',
  'İ',
  'ſ',
  'K',
  's',
  'k',
  'S',
  'ß',
  '𐐀',
  '\n',
];
const ADDRESSES = ['192.0.2.1', '192.0.2.200', '198.51.100.7', '203.0.113.9', '2001:db8::1', 'x'];
const REGEXES = [
  '^a',
  'b+c?',
  'ab',
  '[ab]{2}',
  'a(b|c)',
  'ks',
  '(?:ab)+/',
  'a.b',
  '\\x61b',
  'a\\.b',
  'b$',
  'a?bs',
  'S',
  'a|b',
  '\\w+ \\S',
];

function word(random: Random, wild: boolean): string {
  let text = '';
  for (let n = random.below(5) + (random.chance(0.9) ? 1 : 0); n > 0; n--) {
    const special = wild && random.chance(0.15);
    text += special ? random.pick(['*', '?', '\\*', '\\?', '\\\\', '\\']) : random.pick(LETTERS);
  }
  return text;
}

/** A rule document as YAML could hold it. */
export function randomRule(random: Random, id: string): Record<string, unknown> {
  const names = ['s1', 's2', 'f1'].slice(0, 1 + random.below(3));
  const detection: Record<string, unknown> = Object.fromEntries(names.map((name) => [name, randomSearch(random)]));
  detection.condition = randomCondition(random, names);
  const logsource = random.pick([{ category: 'webserver' }, { product: 'linux' }, { category: 'x' }]);
  return { title: id, id, logsource, detection };
}

/** A filter for some of the rules. */
export function randomFilter(random: Random, id: string, rules: readonly string[]): Record<string, unknown> {
  const named = rules.filter(() => random.chance(0.5));
  return {
    title: id,
    id,
    logsource: random.pick([{}, { category: 'webserver' }]),
    filter: {
      rules: named.length === 0 ? 'any' : named,
      selection: randomSearch(random),
      condition: random.pick(['selection', 'not selection']),
    },
  };
}

function randomCondition(random: Random, names: readonly string[]): string {
  const one = random.pick(names);
  const other = random.pick(names);
  return random.pick([
    one,
    `${one} and ${other}`,
    `${one} or ${other}`,
    `${one} and not ${other}`,
    `not ${one}`,
    '1 of them',
    'all of them',
    `1 of s* and not ${other}`,
    `(${one} or ${other}) and ${names[0]}`,
    `not (${one} and ${other})`,
  ]);
}

function randomSearch(random: Random): unknown {
  if (random.chance(0.12))
    return Array.from({ length: 1 + random.below(3) }, () => `${word(random, true)}${random.pick(['a', 'b', '/'])}`);
  if (random.chance(0.2)) return [randomMap(random), randomMap(random)];
  return randomMap(random);
}

function randomMap(random: Random): Record<string, unknown> {
  const map: Record<string, unknown> = {};
  for (let n = 1 + random.below(2); n > 0; n--) {
    const [key, value] = randomItem(random);
    map[key] = value;
  }
  return map;
}

function randomItem(random: Random): [string, unknown] {
  const field = random.pick(FIELDS);
  const kind = random.below(24);
  const neq = random.chance(0.1) ? '|neq' : '';
  if (kind === 0) return [`${field}|exists`, random.chance(0.5)];
  if (kind === 1) return [`${field}|${random.pick(['lt', 'lte', 'gt', 'gte'])}${neq}`, random.below(6)];
  if (kind === 2) return [`${field}|cidr${neq}`, random.pick(['192.0.2.0/24', '198.51.100.0/25', '0.0.0.0/0'])];
  if (kind === 3)
    return [
      `${field}|fieldref${random.pick(['', '|contains', '|startswith', '|endswith', '|cased'])}${neq}`,
      random.pick(FIELDS),
    ];
  if (kind <= 6)
    return [`${field}|re${random.chance(0.4) ? '|i' : ''}${neq}`, many(random, () => random.pick(REGEXES))];
  if (kind === 7) return [field, null];
  if (kind === 8) return [field, many(random, () => random.below(5))];
  if (kind === 9) return [field, random.pick([true, false, ''])];
  if (kind === 10)
    return [
      `${field}|${random.pick(['windash|contains', 'base64', 'base64offset|contains', 'wide|contains', 'utf16be|contains', 'utf16|startswith'])}`,
      word(random, false) || 'a',
    ];
  const shape = random.pick(['', '', '|contains', '|contains', '|startswith', '|endswith']);
  const all = random.chance(0.15) ? '|all' : '';
  const cased = random.chance(0.15) ? '|cased' : '';
  return [
    `${field}${shape}${all}${cased}${neq}`,
    many(random, () => word(random, true), shape === '|contains' ? 9 : 4),
  ];
}

function many<T>(random: Random, make: () => T, most = 3): T | T[] {
  if (random.chance(0.5)) return make();
  return Array.from({ length: 1 + random.below(most) }, make);
}

/** An event with some of the fields that rules ask for. */
export function randomEvent(random: Random): LogEvent {
  const fields: Record<string, FieldValue> = {};
  for (const field of FIELDS) {
    if (field === 'message' || random.chance(0.4)) continue;
    fields[field] = field === 'list' ? [word(random, false), random.below(5)] : randomValue(random);
  }
  return {
    time: 0,
    kind: { product: null, service: null, category: null },
    host: random.chance(0.5) ? null : 'h',
    program: random.chance(0.5) ? null : word(random, false),
    pid: null,
    message: word(random, false) + word(random, false),
    repeat: 1,
    fields,
  };
}

function randomValue(random: Random): FieldValue {
  const kind = random.below(12);
  if (kind === 0) return random.below(6);
  if (kind === 1) return null;
  if (kind === 2) return random.chance(0.5);
  if (kind === 3) return random.pick(ADDRESSES);
  if (kind === 4) return String(random.below(6));
  return word(random, false) + (random.chance(0.5) ? word(random, false) : '');
}
