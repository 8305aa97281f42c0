/** Alerts: the list, one with its story and evidence, what people make of them, the export. */
import { durationText, t } from '../../kit/messages/messages.ts';
import { unusualWords } from '../../kit/messages/unusual-words.ts';
import type { StoredDetection } from '../../model/detection.ts';
import type { AlertRow, AlertState, DetectionFilter } from '../../store/api-store.ts';
import type { Given } from '../contract.ts';
import { alertFile } from '../export.ts';
import type { Handlers } from '../handler.ts';
import { type Call, callerOf, missing, note } from '../http/call.ts';
import { markLine } from './mark-line.ts';
import { inWords, nowOf, toDetection } from './shape.ts';

const ITEMS = 50;
const MAX_LINES = 40;
const RELATED = 10;

/** Handlers of alerts. */
export const alertHandlers = {
  alerts: ({ query }, { desk }) => ({ ...desk.api.alerts(query, query), counts: desk.api.alertCounts() }),
  alertsExport: ({ query }, call) => {
    note(call, 'alerts.export', query.format);
    return alertFile(call.desk.api, query);
  },
  alert: ({ params }, call) => detailOf(alertOf(params.id, call), call),
  changeAlert: ({ params, body }, call) => {
    alertOf(params.id, call);
    change([params.id], body, call);
    return alertOf(params.id, call);
  },
  changeAlerts: ({ body }, call) => {
    const { ids, ...wish } = body;
    const { api } = call.desk;
    const before = ids.flatMap((id) => api.alert(id) ?? []);
    const changed = change(ids, wish, call);
    const by = callerOf(call).user;
    const way = call.desk.undo.add(() => {
      for (const each of before) teach(each, each.state, call);
      return before.reduce(
        (sum, { id, state, stateUntil, note: text }) =>
          sum + api.setAlertState([id], { state, until: stateUntil, note: text, by }),
        0,
      );
    });
    return { changed, ...way };
  },
} satisfies Partial<Handlers>;

function alertOf(id: string, { desk }: Call): AlertRow {
  const found = desk.api.alert(id);
  if (found === null) throw missing('this alert');
  return found;
}

function change(
  ids: readonly string[],
  wish: { readonly state: AlertState; readonly until?: number | null | undefined; readonly note?: string | undefined },
  call: Call,
): number {
  const changed = call.desk.api.setAlertState(ids, {
    state: wish.state,
    until: wish.state === 'muted' ? (wish.until ?? null) : null,
    note: wish.note ?? null,
    by: callerOf(call).user,
  });
  for (const id of ids) {
    const alert = call.desk.api.alert(id);
    if (alert !== null) teach(alert, wish.state, call);
  }
  note(call, `alerts.${wish.state}`, ids.join(' '), wish.note ?? '');
  return changed;
}

/** What a person calls normal, or takes back, the learning detector remembers of that entity. */
function teach(alert: AlertRow, state: AlertState, { desk }: Call): void {
  if (!alert.rules.some((rule) => desk.models.owns(rule.id))) return;
  if (state === 'normal') desk.models.setNormal(alert.entity, true);
  else if (state === 'new') desk.models.setNormal(alert.entity, false);
}

function detailOf(alert: AlertRow, call: Call): Given<'alert'> {
  const { api, logs } = call.desk;
  const filter: DetectionFilter = { entity: alert.entity, from: alert.firstAt, to: alert.lastAt + 1 };
  const items = api.detections(filter, { limit: ITEMS }).items;
  const lines = new Map<string, string>();
  for (const each of items)
    for (const text of each.lines)
      if (lines.size < MAX_LINES && !lines.has(text)) lines.set(text, each.evidence[0]?.source ?? '');
  const decisions = api.decisions({ state: 'all', now: nowOf(call), about: alert.entity }, { limit: 20 }).items;
  return {
    ...alert,
    story: { en: story('en', alert, items), tr: story('tr', alert, items) },
    items: items.map(toDetection),
    lines: [...lines].map(([text, source]) => markLine(text, source, logs.fieldsOf(text, source))),
    decisions,
    refusals: api.refusals(alert.entity, 20).map(inWords),
    related: relatedTo(alert, call),
  };
}

/** The newest others that the same rule spoke of. */
function relatedTo(alert: AlertRow, { desk }: Call): readonly AlertRow[] {
  const rule = alert.rules[0]?.id;
  if (rule === undefined) return [];
  const around = { from: alert.firstAt - 86_400_000, to: alert.lastAt + 86_400_000 };
  return desk.api
    .alerts({ rule, ...around }, { limit: RELATED + 1 })
    .items.filter((each) => each.id !== alert.id)
    .slice(0, RELATED);
}

function story(language: 'en' | 'tr', alert: AlertRow, items: readonly StoredDetection[]): string {
  const seconds = Math.round((alert.lastAt - alert.firstAt) / 1000);
  const told = t(language, seconds > 0 ? 'story.over' : 'story.once', {
    entity: alert.entity,
    titles: alert.rules
      .slice(0, 3)
      .map((rule) => rule.title)
      .join('; '),
    events: alert.events,
    span: durationText(language, seconds),
  });
  // What was learned says why in words; the newest detection speaks.
  const why = items.map((each) => unusualWords(each.rule.id, each.facts, language)).find((each) => each.length > 0);
  const what = why === undefined ? told : `${told} ${why.join('; ')}.`;
  const { decision } = alert;
  if (decision === null) return `${what} ${t(language, 'story.untouched')}`;
  return `${what} ${t(language, `story.${decision.state}`, { ip: decision.ip, span: durationText(language, decision.seconds) })}`;
}
