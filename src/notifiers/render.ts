/** The story of an alert in plain words, once, for every medium. Log text in it has its control characters made visible. */
import { alarmAdvice, alarmText } from '../kit/messages/alarm-text.ts';
import { durationText, type Language, refusalText, t, timeText } from '../kit/messages/messages.ts';
import { isLearned, unusualWords } from '../kit/messages/unusual-words.ts';
import { escapeControls } from '../kit/text.ts';
import type { AlarmNews } from '../model/alarm.ts';
import type { Alert } from '../model/alert.ts';

/** An alert in words. */
export interface Story {
  readonly subject: string;
  /** What happened and what was done, one sentence each. */
  readonly sentences: readonly string[];
  /** Label and value pairs. */
  readonly facts: readonly (readonly [string, string])[];
  readonly linesTitle: string;
  readonly lines: readonly string[];
  /** What the reader can do. */
  readonly next: readonly string[];
}

const MAX_LINES = 10;
const MAX_LINE = 300;
const MAX_ALARM = 800;

/** Tells the alert. */
export function storyOf(alert: Alert, language: Language, timezone: string): Story {
  if (alert.alarms !== undefined) return storyOfAlarms(alert, alert.alarms, language, timezone);
  const entity = escapeControls(alert.entity).slice(0, 200);
  const first = alert.items[0];
  const title = first === undefined ? '' : first.title;
  const sentences = alert.items.flatMap((item) => [
    t(language, 'alert.events', { title: item.title, events: item.events }),
    ...unusualWords(item.rule, item.facts, language),
  ]);
  if (alert.more > 0) sentences.push(t(language, 'alert.more', { count: alert.more }));
  sentences.push(outcome(alert, language));
  const techniques = [
    ...new Set(
      alert.items.flatMap((item) =>
        item.tags.filter((tag) => /^attack\.t\d/.test(tag)).map((tag) => tag.slice(7).toUpperCase()),
      ),
    ),
  ];
  const lines = alert.items
    .flatMap((item) => item.lines)
    .slice(-MAX_LINES)
    .map((line) => shorten(escapeControls(line)));
  return {
    subject: escapeControls(
      t(language, 'alert.subject', { level: t(language, `level.${alert.level}`), title, entity }),
    ),
    sentences: sentences.map(escapeControls),
    facts: [
      [t(language, 'alert.server'), escapeControls(alert.host)],
      [t(language, 'alert.first'), timeText(language, alert.firstAt, timezone)],
      [t(language, 'alert.last'), timeText(language, alert.lastAt, timezone)],
      ...(techniques.length === 0 ? [] : [[t(language, 'alert.techniques'), techniques.join(', ')] as const]),
    ],
    linesTitle: t(language, 'alert.lines'),
    lines,
    next: [
      t(language, 'alert.next', { entity }),
      ...(first !== undefined && isLearned(first.rule) ? [t(language, 'unusual.next', { entity })] : []),
      ...(alert.decision === null ? [] : [t(language, 'alert.unban', { entity: alert.decision.ip })]),
    ],
  };
}

/** Bekçi about itself: what is wrong and what to do, then what is over. */
function storyOfAlarms(alert: Alert, { raised, cleared }: AlarmNews, language: Language, timezone: string): Story {
  const host = escapeControls(alert.host);
  const over = cleared.map((each) =>
    t(language, 'alarm.over', { span: durationText(language, each.seconds), text: alarmText(each, language) }),
  );
  const now = raised.map((each) => alarmText(each, language));
  const [text = '', ...others] = [...now, ...over];
  const key = others.length === 0 ? 'alarm.subject' : 'alarm.subjectMore';
  return {
    subject: t(language, key, { host, text: shorten(text), more: others.length }),
    sentences: [
      ...raised.map((each, index) => `${sentence(now[index]!)} ${alarmAdvice(each, language)}`),
      ...over.map(sentence),
    ].map((each) => shorten(each, MAX_ALARM)),
    facts: [
      [t(language, 'alert.server'), host],
      [t(language, 'alert.first'), timeText(language, alert.firstAt, timezone)],
    ],
    linesTitle: t(language, 'alert.lines'),
    lines: [],
    next: raised.length === 0 ? [] : [t(language, 'alarm.doctor')],
  };
}

/** With a full stop. */
function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function outcome(alert: Alert, language: Language): string {
  if (alert.decision !== null) {
    const key =
      alert.decision.state === 'observed'
        ? 'alert.observed'
        : alert.decision.state === 'applied'
          ? 'alert.banned'
          : 'alert.pending';
    return t(language, key, { ip: alert.decision.ip, duration: durationText(language, alert.decision.seconds) });
  }
  if (alert.refusal !== null) return t(language, 'alert.refused', { detail: refusalText(alert.refusal, language) });
  return t(language, 'alert.onlyTold');
}

function shorten(line: string, most: number = MAX_LINE): string {
  return line.length > most ? `${line.slice(0, most)}…` : line;
}
