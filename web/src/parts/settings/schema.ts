/** The configuration's JSON Schema as a form reads it, and values reached by path. */

/** What is used of a schema. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Where a value is: `['notifiers', 0, 'host']`. */
export type Path = readonly (string | number)[];
/** Values of the file. */
export type Values = Readonly<Record<string, unknown>>;

/** How a setting is edited. */
export type Kind =
  | 'choice'
  | 'switch'
  | 'number'
  | 'text'
  | 'secret'
  | 'words'
  | 'items'
  | 'group'
  | 'map'
  | 'auto'
  | 'json';

/** Chosen by the shape of the schema alone. */
export function kindOf(schema: Schema): Kind {
  const either = schema.anyOf ?? [];
  if (schema.enum !== undefined) return 'choice';
  if (schema.type === 'boolean') return 'switch';
  if (schema.type === 'integer' || schema.type === 'number') return 'number';
  if (either.some((each) => each.properties?.env !== undefined)) return 'secret';
  if (either.some((each) => each.const === 'auto')) return 'auto';
  // A length of time: text such as 10m, or seconds.
  if (either.length === 2 && either.every((each) => each.type === 'string' || each.type === 'number')) return 'text';
  if (schema.type === 'string') return 'text';
  if (schema.type === 'array') {
    const { items } = schema;
    if (items?.type === 'string' || items?.type === 'integer') return 'words';
    return items?.properties !== undefined || items?.oneOf !== undefined ? 'items' : 'json';
  }
  if (schema.properties !== undefined) return 'group';
  return typeof schema.additionalProperties === 'object' ? 'map' : 'json';
}

/** The alternative of a list's items that a value is of. */
export function variantOf(items: Schema, value: unknown): Schema {
  const type = isRecord(value) ? value.type : undefined;
  return items.oneOf?.find((each) => each.properties?.type?.const === type) ?? items.oneOf?.[0] ?? items;
}

/** A fresh item: only what tells its kind apart. */
export function freshItem(variant: Schema): Values {
  const type = variant.properties?.type?.const;
  return type === undefined ? {} : { type };
}

/** Is this a plain object? */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The values with one changed; undefined takes it away, and with it the group that is empty then. */
export function withValue(root: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (typeof key === 'number') {
    const list = Array.isArray(root) ? [...root] : [];
    const next = withValue(list[key], rest, value);
    if (next === undefined) list.splice(key, 1);
    else list[key] = next;
    return list;
  }
  const group = isRecord(root) ? { ...root } : {};
  const next = withValue(group[key], rest, value);
  if (next === undefined) delete group[key];
  else group[key] = next;
  return rest.length > 0 && Object.keys(group).length === 0 ? undefined : group;
}

/** How a default is told. */
export function defaultText(schema: Schema): string | null {
  const { default: value } = schema;
  if (value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0))
    return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const LOCAL = /^(?:command|add|remove|list|test|reload|conntrack|ipset|iptables|ip6tables|socket|file|env|state_dir)$/;

/** Settings that are changed in the file only; the server has the last word. */
export function isLocal(path: Path): boolean {
  const names = path.filter((part): part is string => typeof part === 'string');
  if (names[0] === 'state_dir' || names.includes('tls')) return true;
  return (names[0] === 'responders' || names.includes('command')) && names.some((name) => LOCAL.test(name));
}
