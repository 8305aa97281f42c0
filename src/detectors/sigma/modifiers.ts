/** Sigma's value modifiers: which there are, and which may stand together. Sigma modifiers appendix 2.1. */
import type { Item } from './ast.ts';

/** Refuses an item. */
export type Refuse = (message: string, hint?: string) => never;

const SHAPES = ['contains', 'startswith', 'endswith'];
/** Modifiers that change how a value is written. */
export const ENCODINGS: readonly string[] = ['base64', 'base64offset', 'utf16', 'utf16le', 'utf16be', 'wide'];
const ORDERS = ['lt', 'lte', 'gt', 'gte'];
const REGEX_FLAGS = ['i', 'm', 's', 'ignorecase', 'multiline', 'dotall'];
const DATE_RANGES: Readonly<Record<string, readonly [number, number]>> = {
  minute: [0, 59],
  hour: [0, 23],
  day: [1, 31],
  week: [1, 53],
  month: [1, 12],
  year: [1, 9999],
};

/** The time modifiers. */
export const DATE_PARTS: readonly string[] = Object.keys(DATE_RANGES);

const KNOWN: ReadonlySet<string> = new Set([
  'all',
  ...SHAPES,
  'exists',
  'cased',
  'neq',
  'windash',
  're',
  ...REGEX_FLAGS,
  ...ENCODINGS,
  ...ORDERS,
  'cidr',
  'expand',
  'fieldref',
  ...DATE_PARTS,
]);
/** Every modifier there is. */
export const MODIFIERS: readonly string[] = [...KNOWN];
/** Modifiers that say what a value is; only one may. */
const TYPES = ['re', 'cidr', 'fieldref', 'exists', ...DATE_PARTS];
/** What may stand beside a modifier that gives the value a type of its own. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  re: [...REGEX_FLAGS, 'all', 'neq', 'expand'],
  cidr: ['all', 'neq', 'expand'],
  fieldref: [...SHAPES, 'cased', 'all', 'neq', ...ORDERS],
  exists: [],
  ...Object.fromEntries(DATE_PARTS.map((part) => [part, [...ORDERS, 'neq', 'all', 'expand']])),
};

/** Checks names and combinations. Calls `refuse` for the first that cannot be meant. */
export function checkModifiers({ modifiers, values, field }: Item, refuse: Refuse): void {
  for (const name of modifiers) if (!KNOWN.has(name)) refuse(`unknown modifier \`${name}\``, hintFor(name));
  if (new Set(modifiers).size < modifiers.length) refuse('a modifier stands there twice');
  if (values.length === 0) refuse('a list of values must not be empty');
  const types = modifiers.filter((name) => TYPES.includes(name));
  if (types.length > 1) refuse(`\`${types.join('` and `')}\` cannot both be meant`);
  const allowed = BESIDE[types[0] ?? ''];
  const odd = types.length === 0 ? undefined : modifiers.find((name) => name !== types[0] && !allowed!.includes(name));
  if (odd !== undefined) refuse(`\`${odd}\` says nothing beside \`${types[0]}\``);
  const flag = modifiers.find((name) => REGEX_FLAGS.includes(name));
  if (flag !== undefined && !modifiers.includes('re')) refuse(`\`${flag}\` only stands behind \`re\``);
  const order = modifiers.find((name) => ORDERS.includes(name));
  if (order !== undefined && modifiers.some((name) => SHAPES.includes(name) || ENCODINGS.includes(name)))
    refuse(`\`${order}\` compares numbers, the other modifiers change text`);
  if (modifiers.filter((name) => ORDERS.includes(name)).length > 1)
    refuse('only one comparison can be meant', 'write two items');
  if (field === null && (types.some((name) => name !== 're') || order !== undefined || modifiers.includes('neq')))
    refuse('a keyword has no field this modifier could ask for');
  const end = field === null ? modifiers.find((name) => name === 'startswith' || name === 'endswith') : undefined;
  if (end !== undefined) refuse(`a keyword stands anywhere in the event: \`${end}\` has no field to begin or end`);
}

/** Checks the value of a time modifier. */
export function checkDatePart(part: string, value: unknown, refuse: Refuse): number {
  const number = typeof value === 'boolean' || value === null || value === '' ? Number.NaN : Number(value);
  const [least, most] = DATE_RANGES[part]!;
  if (!Number.isInteger(number) || number < least || number > most)
    refuse(`\`${String(value)}\` is no ${part}: it lies between ${least} and ${most}`);
  return number;
}

function hintFor(name: string): string {
  const lower = name.toLowerCase();
  const near = [...KNOWN].find(
    (known) =>
      known.length > 3 &&
      (known === lower || sorted(known) === sorted(lower) || known.startsWith(lower) || lower.startsWith(known)),
  );
  return near === undefined ? `known are ${[...KNOWN].join(', ')}` : `did you mean \`${near}\`?`;
}

function sorted(text: string): string {
  return [...text].sort().join('');
}
