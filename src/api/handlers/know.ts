/** What is known: entities, rules, lists of known-bad addresses. */
import { canonicalAddress } from '../../kit/address.ts';
import { containsNetwork, formatNetwork, type Network, parseNetwork, widen } from '../../kit/cidr.ts';
import { tacticOf, tacticsOf, techniqueName } from '../../kit/techniques.ts';
import type { EntityRow, Page } from '../../store/api-store.ts';
import type { Given, RouteInput } from '../contract.ts';
import type { Handlers } from '../handler.ts';
import { type Call, type Desk, missing } from '../http/call.ts';
import { wordsOf } from './now-page.ts';
import { inWords, nowOf, toDetection } from './shape.ts';

const NEIGHBOURS = 50;
const SHOWN = 100;
/** Stretch in which hits of lists are counted, and how many at most. */
const HITS_MS = 30 * 86_400_000;
const MAX_HITS = 1000;

/** Handlers of knowing. */
export const knowHandlers = {
  entities: ({ query }, { desk }) => entities(query, desk),
  entity: async ({ params }, call) => {
    await call.desk.atlas.ready();
    return entityDetail(params.value, call);
  },
  rules: (_, { desk }) => {
    const hits = desk.api.ruleHits();
    return { items: desk.rules.list().map((rule) => withHits(rule, hits)), problems: desk.rules.problems() };
  },
  ruleCoverage: (_, { desk }) => ({ items: coverage(desk) }),
  rule: ({ params }, { desk }) => {
    const found = desk.rules.list().find((rule) => rule.id === params.id);
    const text = found === undefined ? null : desk.rules.textOf(found.id);
    if (found === undefined || text === null) throw missing('this rule');
    return { ...withHits(found, desk.api.ruleHits()), text };
  },
  feeds: (_, call) => {
    const now = nowOf(call);
    const hits = feedHits(call.desk, now);
    const items = call.desk.intel.feeds().map((feed) => ({
      ...feed,
      stale: feed.everySeconds !== null && feed.at !== null && now - feed.at > feed.everySeconds * 2000,
      hits: hits.get(feed.name)?.hits ?? 0,
      lastHitAt: hits.get(feed.name)?.lastAt ?? null,
    }));
    return { size: items.reduce((sum, each) => sum + each.entries, 0), items };
  },
  lookup: ({ body }, { desk }) => ({
    items: body.values.map((value) => {
      const address = canonicalAddress(value.trim());
      return { value, valid: address !== null, lists: address === null ? [] : desk.intel.lookup(address) };
    }),
  }),
} satisfies Partial<Handlers>;

/** What each list brought about of late. */
function feedHits({ api }: Desk, now: number): Map<string, { hits: number; lastAt: number }> {
  const found = new Map<string, { hits: number; lastAt: number }>();
  for (const rule of ['bekci-known-bad-contact', 'bekci-known-bad-login'])
    for (const { facts, at } of api.detections({ rule, from: now - HITS_MS }, { limit: MAX_HITS }).items) {
      const before = found.get(String(facts.feed));
      found.set(String(facts.feed), { hits: (before?.hits ?? 0) + 1, lastAt: Math.max(before?.lastAt ?? 0, at) });
    }
  return found;
}

type HitMap = ReturnType<Desk['api']['ruleHits']>;

function withHits(rule: ReturnType<Desk['rules']['list']>[number], hits: HitMap): Given<'rules'>['items'][number] {
  const mine = hits.get(rule.id);
  return { ...rule, hits: mine?.hits ?? 0, lastHitAt: mine?.lastAt ?? null };
}

function entities(query: RouteInput<'entities'>['query'], { api }: Desk): Page<EntityRow> {
  const network = query.q?.includes('/') === true ? parseNetwork(query.q) : null;
  if (network === null) return api.entities({ field: query.field, q: query.q }, query);
  return api.entities({ field: query.field, prefix: prefixOf(network), accept: isIn(network) }, query);
}

function isIn(network: Network): (value: string) => boolean {
  return (value) => {
    const mine = parseNetwork(value);
    return mine !== null && containsNetwork(network, mine);
  };
}

/** What every address of a network begins with, as text. */
function prefixOf(network: Network): string {
  const text = formatNetwork(network).split('/', 1)[0]!;
  if (network.family === 4) {
    const whole = Math.floor(network.bits / 8);
    return whole === 4
      ? text
      : text
          .split('.')
          .slice(0, whole)
          .map((part) => `${part}.`)
          .join('');
  }
  // Zeros may be left out anywhere after the first group.
  return network.bits >= 16 && network.groups[0] !== 0 ? `${network.groups[0]!.toString(16)}:` : '';
}

/** What a decision's state means for the address, in words that are true. */
const SUMMARIES = {
  observed: 'entity.observed',
  pending: 'entity.pending',
  failed: 'entity.pending',
  applied: 'entity.banned',
  expired: 'entity.known',
  revoked: 'entity.known',
} as const;

function entityDetail(value: string, call: Call): Given<'entity'> {
  const { api, engine, intel } = call.desk;
  const address = canonicalAddress(value);
  const row = api.entity(address ?? value);
  const name = row?.value ?? address ?? value;
  const now = nowOf(call);
  const decisions = api.decisions({ state: 'all', now, about: name }, { limit: SHOWN }).items;
  const detections = api.detections({ entity: name }, { limit: SHOWN }).items;
  const shield = address === null ? null : engine.protection(address);
  const active = decisions.find((each) => each.expiresAt > now && !['expired', 'revoked'].includes(each.state));
  return {
    field: row?.field ?? (address === null ? '' : 'source.ip'),
    value: name,
    known: row !== null || decisions.length > 0,
    summary:
      row === null
        ? wordsOf('entity.unknown', { entity: name })
        : wordsOf(SUMMARIES[active?.state ?? 'expired'], {
            entity: name,
            detections: row.detections,
            alerts: row.alerts,
          }),
    firstAt: row?.firstAt ?? null,
    lastAt: row?.lastAt ?? null,
    detections: detections.map(toDetection),
    alerts: api.alerts({ entity: name }, { limit: SHOWN }).items,
    decisions,
    refusals: api.refusals(name, SHOWN).map(inWords),
    indicators: address === null ? [] : intel.lookup(address),
    place: address === null ? null : placeIn(address, call.desk),
    neighbours: address === null ? [] : neighboursOf(address, call.desk),
    score: api.scores(name),
    protection: shield === null ? null : inWords({ code: shield.code, detail: shield.detail }),
  };
}

function placeIn(address: string, { atlas }: Desk): Given<'entity'>['place'] {
  const place = atlas.of(address);
  return place.country === null && place.asn === null ? null : place;
}

function neighboursOf(address: string, { api }: Desk): readonly EntityRow[] {
  const mine = parseNetwork(address)!;
  const around = widen(mine, mine.family === 4 ? 24 : 64);
  const accept = isIn(around);
  return api.entities(
    { prefix: prefixOf(around), accept: (value) => value !== address && accept(value) },
    { limit: NEIGHBOURS },
  ).items;
}

/** Of the tactics that rules name beside a technique, those count that at least a third of the most frequent one's rules name. */
const LEAST_SHARE = 3;

interface Coverage {
  /** How many rules of one tactic, and of several, name it beside the technique. */
  readonly sure: Map<string, number>;
  readonly any: Map<string, number>;
  readonly rules: string[];
  hits: number;
}

/**
 * ATT&CK techniques by the rules that name them. A rule of several tactics does not say which is whose: the matrix does, and of
 * techniques we do not know the rules that name them under one alone.
 */
function coverage({ rules, api }: Desk): Given<'ruleCoverage'>['items'] {
  const hits = api.ruleHits();
  const found = new Map<string, Coverage>();
  for (const rule of rules.list()) {
    const tactics = rule.tags.filter((tag) => /^attack\.[a-z]/.test(tag) && !/^attack\.[tgs]\d/.test(tag));
    for (const technique of rule.tags.filter((tag) => /^attack\.t\d/.test(tag))) {
      const entry: Coverage = found.get(technique) ?? { sure: new Map(), any: new Map(), rules: [], hits: 0 };
      const named = tactics.length === 1 ? entry.sure : entry.any;
      for (const tactic of tactics) named.set(tactic, (named.get(tactic) ?? 0) + 1);
      entry.rules.push(rule.id);
      entry.hits += hits.get(rule.id)?.hits ?? 0;
      found.set(technique, entry);
    }
  }
  return [...found]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([technique, { sure, any, ...entry }]) => {
      const named = sure.size > 0 ? sure : any;
      const most = Math.max(0, ...named.values());
      const tactics = [...named].flatMap(([tactic, count]) => (count * LEAST_SHARE >= most ? [tactic] : []));
      const id = technique.replace(/^attack\./, '').toUpperCase();
      return {
        technique,
        name: techniqueName(id),
        tactics: tacticsOf(
          id,
          tactics.flatMap((tag) => tacticOf(tag) ?? []),
        ).map((tactic) => `attack.${tactic}`),
        rules: entry.rules,
        hits: entry.hits,
      };
    });
}
