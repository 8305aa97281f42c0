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
};

/** Shares of the alerts of a day. */
export const SHARES: Readonly<Record<FindingKind, number>> = { behaviour: 0.6, habit: 0.15, message: 0.15, line: 0.1 };
