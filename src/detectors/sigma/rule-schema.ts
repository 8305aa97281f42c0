/** JSON Schema of Sigma files as Bekçi takes them, for editors: rules, correlations and filters. Sigma specification 2.1. */
import { LEVELS } from '../../model/detection.ts';
import { ENCODINGS, MODIFIERS } from './modifiers.ts';
import { KINDS } from './parse-correlation.ts';
import { RELATIONS, STATUSES } from './parse-rule.ts';

type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string' };
const texts: Schema = { type: 'array', items: text };
const span = (description: string): Schema => ({ type: 'string', pattern: '^\\d+[smhdwMy]$', description });
const scalar: Schema = { type: ['string', 'number', 'boolean', 'null'] };
const values: Schema = { anyOf: [scalar, { type: 'array', items: scalar, minItems: 1 }] };

/** `field|modifier|modifier`, each modifier one there is. */
const ITEM_KEY = `^[^|]*(?:\\|(?:${MODIFIERS.join('|')}))*$`;
const map: Schema = {
  type: 'object',
  minProperties: 1,
  propertyNames: { pattern: ITEM_KEY },
  additionalProperties: values,
  description: `field: value, joined with and. Modifiers behind the field, with |: ${MODIFIERS.filter((name) => !ENCODINGS.includes(name)).join(', ')}, and encodings.`,
};
const search: Schema = {
  anyOf: [map, scalar, { type: 'array', minItems: 1, items: { anyOf: [map, scalar] } }],
};
const condition: Schema = {
  anyOf: [text, texts],
  description: 'Searches joined with and, or, not, parentheses, `1 of name_*`, `all of them`.',
};
const logsource: Schema = {
  type: 'object',
  properties: {
    product: { type: 'string', description: 'linux, windows, nginx ...' },
    service: { type: 'string', description: 'sshd, sudo, access ...' },
    category: { type: 'string', description: 'authentication, webserver, firewall, dns ...' },
    definition: text,
  },
  minProperties: 1,
};

const head: Schema = {
  title: { type: 'string', minLength: 1, maxLength: 256 },
  id: { type: 'string', description: 'A UUID of its own.' },
  name: { type: 'string', description: 'By which correlations and the configuration refer to it.' },
  status: { enum: STATUSES },
  description: text,
  author: text,
  date: text,
  modified: text,
  license: text,
  references: texts,
  taxonomy: { enum: ['sigma', 'ecs'] },
  related: {
    type: 'array',
    items: { type: 'object', properties: { id: text, type: { enum: RELATIONS } }, required: ['id', 'type'] },
  },
  tags: {
    type: 'array',
    items: { type: 'string', pattern: '^[a-z0-9_-]+\\.[a-z0-9._-]+$' },
    description: 'attack.credential-access, attack.t1110.001 ...',
  },
  falsepositives: texts,
  fields: texts,
  scope: texts,
  level: { enum: LEVELS },
  bekci: {
    type: 'object',
    additionalProperties: false,
    properties: {
      action: { enum: ['alert', 'ban', 'observe'], description: 'observe notes whom it would have banned.' },
      ban: span('Length of a first ban, e.g. 1h.'),
      blame: {
        enum: ['values'],
        description: 'value_count of source.ip: each address is blamed by itself, not the group.',
      },
    },
    description: 'What Bekçi does when the rule speaks.',
  },
};

const bounds: Schema = {
  type: 'object',
  properties: {
    ...Object.fromEntries(['gt', 'gte', 'lt', 'lte', 'eq', 'neq'].map((op) => [op, { type: 'number' }])),
    field: { anyOf: [text, texts], description: 'value_*: whose values are counted or measured.' },
    percentile: { type: 'number', minimum: 0, maximum: 100 },
  },
  additionalProperties: false,
};

const correlation: Schema = {
  type: 'object',
  properties: {
    type: { enum: KINDS },
    rules: { anyOf: [text, { ...texts, minItems: 1 }], description: 'Names or ids of rules or correlations.' },
    'group-by': { anyOf: [text, texts], description: 'Counted for each value of these by itself: source.ip.' },
    timespan: span('Window, e.g. 10m.'),
    condition: { anyOf: [bounds, { type: 'string', description: 'temporal: rules joined with and, or, not.' }] },
    aliases: { type: 'object', additionalProperties: { type: 'object', additionalProperties: text } },
    generate: { type: 'boolean', description: 'The rules it rests on speak by themselves too.' },
  },
  required: ['type', 'rules', 'timespan'],
  additionalProperties: false,
};

const detection: Schema = {
  type: 'object',
  properties: { condition },
  required: ['condition'],
  additionalProperties: search,
};
const filter: Schema = {
  type: 'object',
  properties: { condition, rules: { anyOf: [{ const: 'any' }, { ...texts, minItems: 1 }] } },
  required: ['condition', 'rules'],
  additionalProperties: search,
};

/** One kind of document; keys of one's own are free. */
function documentOf(title: string, parts: Schema): Schema {
  return { title, type: 'object', properties: { ...head, ...parts }, required: ['title', ...Object.keys(parts)] };
}

/** One document of a rule file. */
export function ruleJsonSchema(): Record<string, unknown> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Sigma rule, correlation or filter for Bekçi',
    anyOf: [
      documentOf('rule', { logsource, detection }),
      documentOf('correlation', { correlation }),
      documentOf('filter', { logsource, filter }),
    ],
  };
}
