/** Writes the configuration of a planned move, with comments on what was mapped and what was not. */
import type { Language } from '../kit/messages/messages.ts';
import { t } from '../kit/messages/messages.ts';
import { escapeControls } from '../kit/text.ts';
import type { Note, Plan, PlannedJail } from './fail2ban-plan.ts';

/** YAML text. `folder` holds the copied filters. */
export function writeYaml(plan: Plan, folder: string, language: Language): string {
  const out: string[] = [
    '# Made by `bekci fail2ban import`. Check it with `bekci config check -c FILE`; every key is explained by `bekci config explain`.',
    '',
    'mode: observe            # enforce blocks; or `bekci run --enforce`',
    'sources: auto',
    '',
    'fail2ban:',
    `  config: ${scalar(folder)}   # filter.d as it was, with your .local files`,
    plan.jails.length === 0 ? '  jails: {}' : '  jails:',
    ...plan.jails.flatMap((jail) => jailLines(jail, language)),
    ...plan.broken.flatMap(({ name, reason }) => comment(t(language, 'f2b.import.broken', { name, reason }), '    ')),
    '',
    'decisions:',
    ...Object.entries(plan.decisions).flatMap(([name, value]) => entry(name, value, '  ')),
    '',
    ...(plan.responders.length === 0 ? [] : ['responders:']),
    ...plan.responders.flatMap((responder) =>
      Object.entries(responder).map(
        ([name, value], index) => `${index === 0 ? '  - ' : '    '}${name}: ${scalar(value)}`,
      ),
    ),
  ];
  return `${out.join('\n').trimEnd()}\n`;
}

function jailLines(jail: PlannedJail, language: Language): string[] {
  const actions = jail.actions.map(({ action, responder, reason }) => {
    const why = reason === null ? '' : t(language, reason.key, reason.params);
    const what = [responder === null ? '' : String(responder.type), why].filter((part) => part !== '').join(': ');
    return t(language, 'f2b.import.action', { action, what });
  });
  return [
    `    ${scalar(jail.name)}:`,
    ...[...actions, ...jail.notes.map((note) => noteText(note, language))].flatMap((text) => comment(text, '      ')),
    ...Object.entries(jail.written).flatMap(([name, value]) => entry(name, value, '      ')),
  ];
}

/** A note in words. */
export function noteText(note: Note, language: Language): string {
  return t(language, note.key, note.params);
}

function comment(text: string, indent: string): string[] {
  return text.split('\n').map((line) => `${indent}# ${escapeControls(line.trim())}`);
}

function entry(name: string, value: unknown, indent: string): string[] {
  if (Array.isArray(value))
    return [`${indent}${name}:`, ...value.map((each: unknown) => `${indent}  - ${scalar(each)}`)];
  if (typeof value === 'object' && value !== null)
    return [
      `${indent}${name}:`,
      ...Object.entries(value).flatMap(([inner, each]) => entry(inner, each, `${indent}  `)),
    ];
  return [`${indent}${name}: ${scalar(value)}`];
}

/** Plain words as they are, everything else in JSON's quotes, which YAML reads alike. */
function scalar(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return /^(?:[A-Za-z/][\w./-]*|\d+[smhdw][\dsmhdw]*)$/.test(value) &&
    !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(value)
    ? value
    : JSON.stringify(value);
}
