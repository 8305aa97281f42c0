/** The first page's one sentence: is all well, and if not, what to do about it. */
import { type MessageKey, t } from '../../kit/messages/messages.ts';
import { LEVELS } from '../../model/detection.ts';
import type { AlertRow } from '../../store/api-store.ts';
import type { Given } from '../contract.ts';
import type { ApiParts } from '../ports.ts';

const HOUR = 3_600_000;
const NEWEST = 10;
/** Newest serious alerts that are looked at for the verdict. */
const LOOKED_AT = 200;

/** Both languages of a text. */
export function wordsOf(
  key: MessageKey,
  values: Readonly<Record<string, string | number>> = {},
): { readonly en: string; readonly tr: string } {
  return { en: t('en', key, values), tr: t('tr', key, values) };
}

/** Answers GET /now. */
export function nowPage(parts: ApiParts): Given<'now'> {
  const { api, engine } = parts;
  const now = parts.now();
  const status = engine.status();
  const hour = api.buckets(now - HOUR, now + 1, 60_000);
  const open = api.alerts({ state: 'new', level: 'high', from: now - 24 * HOUR }, { limit: LOOKED_AT }).items;
  const unhandled = open.filter((alert) => !isShutOut(alert, now));
  const worstNew = unhandled.reduce<AlertRow['level'] | null>(
    (worst, { level }) => (worst === null || LEVELS.indexOf(level) > LEVELS.indexOf(worst) ? level : worst),
    null,
  );
  const bansLastHour = hour.reduce((sum, each) => sum + each.bans, 0);
  const facts = {
    bansLastHour,
    activeBans: status.activeDecisions,
    detectionsLastHour: hour.reduce((sum, each) => sum + LEVELS.reduce((all, l) => all + each.detections[l], 0), 0),
    newAlerts: api.alertCounts().new,
    worstNew,
    sourcesReading: status.sources.filter((each) => each.state === 'reading').length,
    sourcesTotal: status.sources.length,
    linesPerSecond: status.linesPerSecond,
  };
  const values = { bans: facts.activeBans, hour: bansLastHour, open: unhandled.length };
  const [verdict, key] = verdictOf(status, worstNew);
  return {
    verdict,
    sentence: wordsOf(key, { ...values, problem: status.problems[0] ?? '' }),
    mode: status.mode,
    at: now,
    facts,
    problems: status.problems,
    newest: api.alerts({}, { limit: NEWEST }).items,
  };
}

function verdictOf(
  status: { readonly problems: readonly string[]; readonly mode: string },
  worst: AlertRow['level'] | null,
): readonly ['calm' | 'attention' | 'act', MessageKey] {
  if (status.problems.length > 0) return ['act', 'now.broken'];
  if (worst === 'critical') return ['act', 'now.critical'];
  if (worst === 'high') return ['attention', status.mode === 'observe' ? 'now.observing' : 'now.open'];
  return ['calm', status.mode === 'observe' ? 'now.calmObserving' : 'now.calm'];
}

function isShutOut({ decision }: AlertRow, now: number): boolean {
  return (
    decision !== null && decision.expiresAt > now && (decision.state === 'applied' || decision.state === 'pending')
  );
}
