/** An incident for a terminal. */
import { durationText, type Language, refusalText, t, timeText } from '../../kit/messages/messages.ts';
import { isLearned, unusualWords } from '../../kit/messages/unusual-words.ts';
import { escapeControls } from '../../kit/text.ts';
import { colours, type createWriter, levelText } from '../output.ts';
import type { Incident, LineReading } from './incident.ts';

type Out = ReturnType<typeof createWriter>;
const SAMPLES = 5;

/** Prints it: the sentence first, then what it rests on. */
export function printIncident(incident: Incident, out: Out, language: Language, zone: string): void {
  const time = (at: number): string => timeText(language, at, zone);
  const section = (key: Parameters<typeof t>[1], any: boolean): void => {
    if (any) out.line(colours.bold(t(language, key)));
  };
  out.line(escapeControls(t(language, incident.verdict.key, incident.verdict.values)));
  if (incident.line !== null) {
    section('why.line', true);
    printReading(incident.line, out, language);
  }
  section('why.detections', incident.detections.length > 0);
  for (const each of incident.detections) {
    const level = levelText(each.rule.level, t(language, `level.${each.rule.level}`));
    const values = { time: time(each.at), title: each.rule.title, level, events: each.events };
    out.line(`  ${t(language, 'why.detection', values)}`);
    for (const words of unusualWords(each.rule.id, each.facts, language)) out.line(`      ${escapeControls(words)}`);
    for (const line of each.lines) out.line(colours.dim(`      ${escapeControls(line)}`));
    const whom = isLearned(each.rule.id) ? Object.values(each.entity)[0] : undefined;
    if (whom !== undefined) out.line(`      ${escapeControls(t(language, 'unusual.next', { entity: whom }))}`);
  }
  section('why.decisions', incident.decisions.length > 0);
  for (const each of incident.decisions) {
    const values = {
      ...{ time: time(each.at), duration: durationText(language, each.seconds) },
      ...{ state: t(language, `state.${each.state}`), until: t(language, 'why.until', { time: time(each.expiresAt) }) },
    };
    const origin = t(language, `why.origin.${each.origin}`);
    const error = each.error === null ? '' : colours.red(`  ${escapeControls(each.error)}`);
    out.line(`  ${t(language, 'why.decision', values)}, ${origin}${error}`);
  }
  for (const [ip, packets] of Object.entries(incident.dropped))
    out.line(`  ${t(language, 'why.dropped', { ip, packets })}`);
  section('why.refusals', incident.refusals.length > 0);
  for (const each of incident.refusals)
    out.line(
      `  ${t(language, 'why.refusal', { time: time(each.at), reason: escapeControls(refusalText(each, language)) })}`,
    );
  section('why.audit', incident.audit.length > 0);
  for (const { at, who, action, target, detail } of incident.audit)
    out.line(escapeControls(`  ${time(at)}  ${who}  ${action}  ${target}  ${detail}`).trimEnd());
  section('why.reasons', incident.reasons.length > 0);
  for (const { key, values } of incident.reasons) out.line(`  ${escapeControls(t(language, key, values))}`);
  printCounting(incident, out, language);
  const samples = incident.mentions?.samples ?? [];
  section('why.samples', samples.length > 0);
  for (const each of samples.slice(-SAMPLES)) {
    out.line(colours.dim(`  ${escapeControls(each.text)}`));
    out.line(`      ${sayingOf(each, language)}`);
  }
}

function printReading(reading: LineReading, out: Out, language: Language): void {
  out.line(colours.dim(`  ${escapeControls(reading.text)}`));
  for (const [name, value] of Object.entries(reading.fields ?? {}))
    if (name !== 'message') out.line(`  ${colours.dim(name.padEnd(28))} ${escapeControls(String(value))}`);
  if (reading.fields === null) out.line(`  ${t(language, 'why.lineNot')}`);
  else if (reading.rules.length === 0) out.line(`  ${t(language, 'why.lineNoRule')}`);
  for (const rule of reading.rules) {
    const level = t(language, `level.${rule.level}`);
    out.line(`  ${t(language, 'why.lineRule', { title: rule.title, level })}`);
    for (const { title, needed, seconds } of rule.feeds)
      out.line(`      ${t(language, 'why.lineFeeds', { title, needed, span: durationText(language, seconds) })}`);
  }
}

/** What the windows rest on, where it can still be read and does not stand above already. */
function printCounting({ counting, detections }: Incident, out: Out, language: Language): void {
  const shown = new Set(detections.flatMap((each) => each.lines));
  const lines = [...new Set(counting.flatMap((each) => each.lines))].filter((line) => !shown.has(line));
  if (lines.length > 0) out.line(colours.bold(t(language, 'why.counting')));
  for (const line of lines) out.line(colours.dim(`  ${escapeControls(line)}`));
}

/** In a few words what was made of a line. */
export function sayingOf(reading: LineReading, language: Language): string {
  if (reading.fields === null) return t(language, 'why.lineNot');
  if (reading.rules.length === 0) return t(language, 'why.lineNoRule');
  return reading.rules.map((rule) => rule.title).join(', ');
}
