/** The names under which the learning detector speaks, and how they share the budget. */
import type { RuleInfo } from '../../model/detection.ts';
import type { FindingKind } from './finding.ts';

function rule(id: string, title: string, level: RuleInfo['level']): RuleInfo {
  return { id, title, level, tags: [], kind: 'anomaly', action: 'alert', banSeconds: null };
}

/** One rule for each way of finding something; none of them bans. */
export const RULES: Readonly<Record<FindingKind, RuleInfo>> = {
  line: rule('bekci-unusual-line', 'Unusual line', 'low'),
  message: rule('bekci-new-message', 'Something this program never said', 'low'),
  habit: rule('bekci-new-habit', 'New for this user', 'medium'),
  behaviour: rule('bekci-unusual-behaviour', 'Unusual behaviour', 'medium'),
  session: rule('bekci-unusual-session', 'Messages in an order never seen', 'medium'),
  own: rule('bekci-own-model', 'Found by a model of yours', 'medium'),
};

/** Shares of the alerts of a day; those of voices that are off go to the others. */
export const SHARES: Readonly<Record<FindingKind, number>> = {
  behaviour: 0.6,
  habit: 0.15,
  message: 0.15,
  line: 0.1,
  session: 0.15,
  own: 0.15,
};

/** The share of each voice when only some speak: they add up to 1. */
export function sharesOf(deep: {
  readonly session: boolean;
  readonly own: boolean;
}): Readonly<Record<FindingKind, number>> {
  const all = { ...SHARES, session: deep.session ? SHARES.session : 0, own: deep.own ? SHARES.own : 0 };
  const sum = Object.values(all).reduce((total, each) => total + each, 0);
  return Object.fromEntries(Object.entries(all).map(([kind, share]) => [kind, share / sum])) as typeof all;
}
