/**
 * An incident as one HTML file for a mail, a ticket or a printer: it loads nothing, runs nothing, and its policy forbids both. Every
 * word of a log or a person is made visible and escaped.
 */
import { createHash } from 'node:crypto';
import { durationText, type Language, type MessageKey, refusalText, t, timeText } from '../../kit/messages/messages.ts';
import { unusualWords } from '../../kit/messages/unusual-words.ts';
import { escapeControls } from '../../kit/text.ts';
import type { Incident, LineReading, Words } from './incident.ts';
import { STYLE } from './page-style.ts';
import { sayingOf } from './text.ts';

const MAX_LINE = 4096;
const COUNTED: ReadonlySet<MessageKey> = new Set(['why.not.near', 'why.not.over', 'why.not.spoke']);

/** In which words. */
export interface PageContext {
  readonly language: Language;
  readonly zone: string;
  readonly version: string;
}

/** The whole file. */
export function incidentPage(incident: Incident, context: PageContext): string {
  const { language } = context;
  const said = (key: MessageKey, values: Words['values'] = {}): string => html(t(language, key, values));
  const hash = createHash('sha256').update(STYLE).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const entity = incident.entity === '' ? (incident.line?.text ?? '') : incident.entity;
  const gathered = {
    ...{ time: timeText(language, incident.at, context.zone), host: incident.host, version: context.version },
    mode: t(language, `mode.${incident.mode}`),
  };
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="dark light">
<title>${said('why.page', { entity: shorten(entity, 100) })}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<p class="of"><b>Bekçi</b> · <bdi>${html(shorten(entity, 300))}</bdi></p>
<h1>${said(incident.verdict.key, incident.verdict.values)}</h1>
${[
  lineSection(incident, context),
  section('why.reasons', reasons(incident, language), language),
  section('why.story', story(incident, context), language),
  section('why.counting', counting(incident, context), language),
  section('why.samples', samples(incident, language), language),
  section('why.audit', audit(incident, context), language),
].join('')}
</main>
<footer><p>${prose(t(language, 'why.gathered', gathered))}</p></footer>
</body>
</html>
`;
}

function section(key: MessageKey, body: string, language: Language): string {
  return body === '' ? '' : `<section>\n<h2>${html(t(language, key))}</h2>\n${body}\n</section>\n`;
}

function reasons({ reasons: all }: Incident, language: Language): string {
  // What was counted has a table of its own here.
  const told = all.filter(({ key }) => !COUNTED.has(key));
  if (told.length === 0) return '';
  return `<ul class="reasons">${told.map(({ key, values }) => `<li>${prose(t(language, key, values))}</li>`).join('\n')}</ul>`;
}

interface Moment {
  readonly at: number;
  readonly sign: string;
  readonly kind: string;
  readonly body: string;
}

/** What was seen, done and refused, as it happened: the oldest first. */
function story({ detections, decisions, refusals, entity, dropped }: Incident, context: PageContext): string {
  const { language } = context;
  const moments: Moment[] = [
    ...detections.map((each): Moment => {
      const events = html(t(language, 'why.events', { events: each.events }));
      const level = html(t(language, `level.${each.rule.level}`));
      const head = `<p>${html(each.rule.title)} <span class="word">${level}</span> · ${events}</p>`;
      const facts = unusualWords(each.rule.id, each.facts, language)
        .map((words) => `<p class="soft">${html(words)}</p>`)
        .join('');
      return { at: each.at, sign: '▲', kind: each.rule.level, body: head + facts + linesOf(each.lines, entity) };
    }),
    ...decisions.map((each): Moment => {
      const duration = durationText(language, each.seconds);
      const until = t(language, 'why.until', { time: timeText(language, each.expiresAt, context.zone) });
      const state = t(language, `state.${each.state}`);
      const text = `${each.ip} · ${duration} · ${state}, ${until} · ${t(language, `why.origin.${each.origin}`)}`;
      const packets = each.state === 'applied' ? dropped[each.ip] : undefined;
      const counted = packets === undefined ? '' : t(language, 'why.dropped', { ip: each.ip, packets });
      const detail = [each.reason, each.error ?? '', counted].filter((part) => part !== '');
      return {
        at: each.at,
        sign: '■',
        kind: 'done',
        body: `<p>${html(text)}</p>${detail.map((d) => `<p class="soft">${html(d)}</p>`).join('')}`,
      };
    }),
    ...refusals.map(
      (each): Moment => ({
        ...{ at: each.at, sign: '○', kind: 'refused' },
        body: `<p>${html(`${each.ip} · ${refusalText(each, language)}`)}</p>`,
      }),
    ),
  ];
  if (moments.length === 0) return '';
  const items = moments
    .sort((a, b) => a.at - b.at)
    .map(
      ({ at, sign, kind, body }) =>
        `<li class="${kind}">${timeTag(at, context)}<span class="sign" aria-hidden="true">${sign}</span><div>${body}</div></li>`,
    );
  return `<ol class="story">\n${items.join('\n')}\n</ol>`;
}

function counting({ counting: all, entity, at }: Incident, context: PageContext): string {
  if (all.length === 0) return '';
  const { language } = context;
  const rows = all.map(({ rule, held, needed, spanMs, newestAt, spoke }) => {
    const within = t(language, 'why.within', {
      ...{ span: durationText(language, spanMs / 1000), time: timeText(language, newestAt, context.zone) },
    });
    const most = Math.max(needed, 1);
    const note = spoke ? t(language, 'why.spoke') : at - newestAt > spanMs ? t(language, 'why.over') : '';
    const bar = `<progress class="wide" value="${Math.min(held, most)}" max="${most}"></progress>`;
    const title = `${html(rule.title)}${note === '' ? '' : ` <span class="soft">${html(note)}</span>`}`;
    return `<tr><td>${title}</td><td class="n">${bar} ${html(t(language, 'why.count', { held, needed }))}</td><td class="wide soft">${html(within)}</td></tr>`;
  });
  const lines = linesOf([...new Set(all.flatMap((each) => each.lines))], entity);
  return `<table>\n${rows.join('\n')}\n</table>\n${lines}`;
}

/** Grouped by what was made of them. */
function samples({ mentions, entity }: Incident, language: Language): string {
  const bySaying = new Map<string, string[]>();
  for (const each of mentions?.samples ?? []) {
    const saying = sayingOf(each, language);
    bySaying.set(saying, [...(bySaying.get(saying) ?? []), each.text]);
  }
  return [...bySaying]
    .map(([saying, lines]) => `<p class="of">${html(saying)}</p>${linesOf(lines, entity)}`)
    .join('\n');
}

function audit({ audit: rows }: Incident, context: PageContext): string {
  if (rows.length === 0) return '';
  const body = rows.map(
    ({ at, who, action, target, detail }) =>
      `<tr><td>${timeTag(at, context)}</td><td>${html(who)}</td><td class="a">${html(action)}</td><td>${html(target)}</td><td class="wide">${html(detail)}</td></tr>`,
  );
  return `<table>\n${body.join('\n')}\n</table>`;
}

function lineSection({ line, entity }: Incident, { language }: PageContext): string {
  return line === null ? '' : section('why.line', linesOf([line.text], entity) + reading(line, language), language);
}

function reading(line: LineReading, language: Language): string {
  if (line.fields === null) return `<p>${html(t(language, 'why.lineNot'))}</p>`;
  const fields = Object.entries(line.fields)
    .filter(([name]) => name !== 'message')
    .map(([name, value]) => `<dt>${html(name)}</dt><dd><bdi>${html(String(value))}</bdi></dd>`);
  const rules = line.rules.map(({ title, level, feeds }) => {
    const counts = feeds.map((each) =>
      t(language, 'why.lineFeeds', { ...each, span: durationText(language, each.seconds) }),
    );
    const head = t(language, 'why.lineRule', { title, level: t(language, `level.${level}`) });
    return `<li>${html([head, ...counts].join(' · '))}</li>`;
  });
  const spoken =
    rules.length === 0 ? `<p>${html(t(language, 'why.lineNoRule'))}</p>` : `<ul class="reasons">${rules.join('')}</ul>`;
  return `<dl>${fields.join('')}</dl>${spoken}`;
}

/** Raw lines in one block, with whom it is about marked; the same line again and again is told once. */
function linesOf(lines: readonly string[], entity: string): string {
  const runs: { text: string; count: number }[] = [];
  for (const text of lines) {
    const last = runs.at(-1);
    if (last?.text === text) last.count++;
    else runs.push({ text, count: 1 });
  }
  const shown = runs.map(({ text, count }) => {
    const parts = entity === '' ? [text] : shorten(text, MAX_LINE).split(entity);
    const line = parts.map(html).join(`<mark>${html(entity)}</mark>`);
    return `<span>${line}${count === 1 ? '' : `<b> ×${count}</b>`}</span>`;
  });
  return shown.length === 0 ? '' : `<pre>${shown.join('')}</pre>`;
}

function timeTag(at: number, { language, zone }: PageContext): string {
  const iso = new Date(at).toISOString();
  return `<time datetime="${iso}" title="${iso}">${html(timeText(language, at, zone))}</time>`;
}

function shorten(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** A text of the dictionary: what stands between backticks is typed. */
function prose(text: string): string {
  return html(text).replace(/`([^`]{1,80})`/g, '<code>$1</code>');
}

function html(text: string): string {
  return escapeControls(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
