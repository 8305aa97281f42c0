/** A first rule from one log line: what the line says as a Sigma search, a correlation on it, and their cases. */
import { randomUUID } from 'node:crypto';
import { stringify } from 'yaml';
import type { LogEvent } from '../model/log-event.ts';

/** What a skeleton is made of. */
export interface NewRule {
  /** `gizmo_refused`: base of all names. */
  readonly name: string;
  readonly line: string;
  readonly event: LogEvent;
  readonly program: string | null;
}

/** Two files: the rules and their cases. */
export interface Skeleton {
  readonly rules: string;
  readonly cases: string;
}

/** Fields that say what happened, in the order they are worth asking for. */
const TELLING = [
  'event.action',
  'event.outcome',
  'event.category',
  'url.path',
  'http.request.method',
  'http.response.status_code',
  'threat.kinds',
  'process.name',
  'dns.question.type',
  'destination.port',
];
const COUNT = 5;
/** Address that stands for the attacker in cases (RFC 5737). */
const ATTACKER = '203.0.113.7';
const BYSTANDER = '198.51.100.99';

/** The skeleton. The same line must make its rule speak: that is what its cases say. */
export function newRule({ name, line, event, program }: NewRule): Skeleton {
  const { kind } = event;
  const ip = event.fields['source.ip'];
  const hasAddress = typeof ip === 'string';
  const search = searchOf(event);
  const title = name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ');
  const base = {
    title,
    id: randomUUID(),
    name,
    status: 'experimental',
    description: 'One such line. TODO: say what it means.',
    tags: ['attack.credential-access', 'attack.t1110'],
    logsource: Object.fromEntries(Object.entries(kind).filter(([, part]) => part !== null)),
    detection: { selection: search, condition: 'selection' },
    level: 'low',
    falsepositives: ['TODO: who does this and means no harm?'],
  };
  const group = hasAddress ? 'source.ip' : event.fields['user.name'] === undefined ? 'host.hostname' : 'user.name';
  const many = {
    title: `${title}, again and again`,
    id: randomUUID(),
    name: `${name}_repeated`,
    status: 'experimental',
    description: `${COUNT} of them within ten minutes.`,
    tags: base.tags,
    correlation: {
      type: 'event_count',
      rules: [name],
      'group-by': [group],
      timespan: '10m',
      condition: { gte: COUNT },
    },
    level: 'high',
    falsepositives: base.falsepositives,
    ...(hasAddress ? { bekci: { action: 'observe', ban: '10m' } } : {}),
  };
  const note = hasAddress
    ? '# `observe` notes whom it would ban; `bekci backtest` shows it on your logs. Then write `action: ban`.\n'
    : '';
  return {
    rules: `${stringify(base)}---\n${note}${stringify(many)}`,
    cases: casesOf({ name, line, event, program }, group),
  };
}

function searchOf({ fields, message, program }: LogEvent): Record<string, unknown> {
  const found = TELLING.filter((field) => fields[field] !== undefined && fields[field] !== null).slice(0, 4);
  if (found.length > 0) return Object.fromEntries(found.map((field) => [field, plain(fields[field])]));
  // Nothing was decoded: the words up to the first thing that changes from line to line.
  const words = /^[^\d"'=[\]]{3,60}/.exec(message)?.[0]?.trim() ?? message.slice(0, 40);
  return { ...(program === null ? {} : { 'process.name': plain(program) }), 'message|startswith': plain(words) };
}

/** A value without the meaning that `*`, `?` and a backslash have in Sigma. */
function plain(value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll(/[\\*?]/g, '\\$&') : value;
}

function casesOf({ name, line, event, program }: NewRule, group: string): string {
  const ip = event.fields['source.ip'];
  const who = group === 'source.ip' ? ATTACKER : String(event.fields[group] ?? event.host ?? 'localhost');
  // `{n}` and `{s}` stand for counters in cases.
  const text = typeof ip === 'string' ? line.replaceAll(ip, ATTACKER) : line;
  const label = program === null ? {} : { program };
  const forged = `${text} ${BYSTANDER}`;
  const cases = [
    { name: 'again and again', lines: [text], times: COUNT, ...label, fires: { [`${name}_repeated`]: who } },
    { name: 'once or twice', lines: [text], times: 2, ...label, silent: [`${name}_repeated`] },
    ...(typeof ip === 'string'
      ? [
          {
            name: 'another address behind it is not to blame',
            lines: [forged],
            times: COUNT,
            ...label,
            innocent: [BYSTANDER],
          },
        ]
      : []),
  ];
  return `# Lines that make the rules speak, that must not, and that imitate them. Run: bekci rules test ${name}.cases.yml\n${stringify({ cases }, { lineWidth: 0 })}`;
}
