/** What the learning detector found, in words: how much of what, beside what is usual, and how rare that is. */
import { type Language, type MessageKey, t } from './messages.ts';

/** Facts of a detection, as it keeps them. */
type Facts = Readonly<Record<string, string | number>>;

const FEATURES = [
  'events',
  'failures',
  'failure_share',
  'peers',
  'ports',
  'news',
  'bytes',
  'client_errors',
  'server_errors',
  'evenness',
  'regularity',
  'hour',
];
/** Told in percent. */
const PERCENT = ['failure_share', 'client_errors', 'server_errors', 'evenness', 'regularity'];
const THINGS = ['path', 'command', 'thing'];
const KINDS = ['address', 'user', 'host', 'service'];
const WINDOWS = ['minute', 'hour', 'day'];
const HABITS = ['network', 'hour', 'host', 'process', 'country'];
const NOVELTIES = ['template', 'order', 'session'];
const ORDERS = ['next', 'first', 'end'];
const LINE_FEATURES = ['length', 'digits', 'letters', 'others', 'digit_share', 'letter_share'];

const WORDS: Readonly<Record<string, (facts: Facts, language: Language) => string[]>> = {
  'bekci-unusual-behaviour': behaviour,
  'bekci-new-habit': habit,
  'bekci-new-message': message,
  'bekci-unusual-line': line,
  'bekci-unusual-session': session,
  'bekci-own-model': own,
};

/** Whether the learning detector speaks under this name: a person may tell it that something is normal. */
export function isLearned(ruleId: string): boolean {
  return Object.hasOwn(WORDS, ruleId);
}

/** Sentences for the facts of a learned detection, strongest first; empty for others. Values may be log text: escape what is shown. */
export function unusualWords(ruleId: string, facts: Facts, language: Language): string[] {
  const found = isLearned(ruleId) ? WORDS[ruleId]!(facts, language) : [];
  if (facts.unusual === 1) found.push(t(language, 'unusual.raised'));
  if (isLearned(ruleId)) found.push(...rarity(facts, language), ...learned(facts, language));
  return found;
}

function behaviour(facts: Facts, language: Language): string[] {
  const kind = KINDS.includes(String(facts.of)) ? String(facts.of) : 'address';
  const window = WINDOWS.includes(String(facts.window)) ? String(facts.window) : 'hour';
  const out = flood(facts, kind, language);
  if (facts.by !== undefined) out.push(t(language, 'unusual.by', { by: facts.by }));
  for (let n = 1; n <= 3; n++) {
    const what = nameOf(facts[`feature${n}`], kind, facts);
    if (what === null) continue;
    out.push(
      t(language, facts[`whose${n}`] === 'own' ? 'unusual.own' : 'unusual.all', {
        what: t(language, what.key, { value: amount(what.name, facts[`value${n}`], language) }),
        window: t(language, `unusual.in.${window}` as MessageKey),
        whose: t(language, `unusual.${facts[`whose${n}`] === 'own' ? 'this' : 'any'}.${kind}` as MessageKey),
        usual: usualOf(what.name, facts[`usual${n}`], language),
      }),
    );
  }
  if (facts.new !== undefined && facts.new_of !== undefined)
    out.push(t(language, 'unusual.new', { new: number(facts.new, language), of: number(facts.new_of, language) }));
  return out;
}

/** Many times what a host or service usually gets: named first. */
function flood(facts: Facts, kind: string, language: Language): string[] {
  if (typeof facts.flood !== 'number' || (kind !== 'host' && kind !== 'service')) return [];
  const key: MessageKey = facts.by === undefined ? `unusual.flood.many.${kind}` : `unusual.flood.one.${kind}`;
  const peers = number(facts.flood_peers ?? '', language);
  return [t(language, key, { times: number(facts.flood, language), peers })];
}

function nameOf(
  feature: string | number | undefined,
  kind: string,
  facts: Facts,
): { key: MessageKey; name: string } | null {
  const name = String(feature);
  if (name === 'things') {
    const thing = THINGS.includes(String(facts.things)) ? String(facts.things) : 'thing';
    return { key: `unusual.things.${thing}` as MessageKey, name };
  }
  if (!FEATURES.includes(name)) return null;
  if (name === 'peers') return { key: `unusual.peers.${kind}` as MessageKey, name };
  return { key: `unusual.${name}` as MessageKey, name };
}

/** What is usual, with its unit: the sentence before it has named only that of the value. */
function usualOf(feature: string, value: string | number | undefined, language: Language): string {
  const text = amount(feature, value, language);
  if (!PERCENT.includes(feature)) return text;
  return language === 'tr' ? `% ${text}` : `${text} %`;
}

/** A number with its unit: bytes as KB, MB, GB. */
function amount(feature: string, value: string | number | undefined, language: Language): string {
  const plain = Number(value);
  if (!Number.isFinite(plain)) return String(value ?? '');
  if (feature !== 'bytes') return number(plain, language);
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const at = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, plain)) / 3));
  return `${(plain / 1000 ** at).toLocaleString(language, { maximumFractionDigits: at === 0 ? 0 : 1 })} ${units[at]}`;
}

function number(value: string | number, language: Language): string {
  return typeof value === 'number' ? value.toLocaleString(language, { maximumFractionDigits: 2 }) : value;
}

function habit(facts: Facts, language: Language): string[] {
  const out: string[] = [];
  for (let n = 1; n <= HABITS.length; n++) {
    const name = String(facts[`new${n}`]);
    if (HABITS.includes(name))
      out.push(t(language, `unusual.habit.${name}` as MessageKey, { value: facts[`value${n}`] ?? '' }));
  }
  out.push(t(language, 'unusual.known', { user: facts.user ?? '', hours: facts.hours ?? '' }));
  return out;
}

function message(facts: Facts, language: Language): string[] {
  const way = String(facts.way);
  if (!NOVELTIES.includes(way)) return [];
  return [
    t(language, `unusual.message.${way}` as MessageKey, {
      program: facts.program ?? '',
      lines: number(facts.lines ?? 0, language),
    }),
  ];
}

function session(facts: Facts, language: Language): string[] {
  const way = String(facts.way);
  if (!ORDERS.includes(way)) return [];
  const { program = '', before = '', next = '' } = facts;
  return [
    t(language, `unusual.session.${way}` as MessageKey, { program, before, next }),
    t(language, 'unusual.session.known', { program, sessions: number(facts.sessions ?? 0, language) }),
  ];
}

function own(facts: Facts, language: Language): string[] {
  const { model = '', score = '', usual = '', rows = '' } = facts;
  const values = { score: number(score, language), usual: number(usual, language), rows: number(rows, language) };
  return [t(language, 'unusual.own.model', { model, ...values }), ...behaviour(facts, language)];
}

function line(facts: Facts, language: Language): string[] {
  const name = String(facts.feature);
  if (!LINE_FEATURES.includes(name)) return [];
  const value = typeof facts.value === 'number' ? number(facts.value, language) : (facts.value ?? '');
  const feature = t(language, `feature.${name}` as MessageKey);
  return [t(language, 'why.unusual', { feature, value, usual: facts.usual ?? '' })];
}

/** How rarely such a thing is to be expected here. */
function rarity(facts: Facts, language: Language): string[] {
  const perDay = Number(facts.per_day);
  if (!(perDay > 0)) return [];
  return [t(language, 'unusual.rarity', { days: number(Math.max(1, Math.round(1 / perDay)), language) })];
}

/** What it rests on: nobody trusts a stranger's word about what is usual. */
function learned(facts: Facts, language: Language): string[] {
  const hours = Number(facts.learned_hours);
  if (!(hours > 0)) return [];
  if (hours < 48) return [t(language, 'unusual.learnedHours', { hours: number(Math.round(hours), language) })];
  return [t(language, 'unusual.learned', { days: number(Math.floor(hours / 24), language) })];
}
