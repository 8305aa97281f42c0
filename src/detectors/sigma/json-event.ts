/** Any JSON event as the engine sees it: flat names, nested names, and Windows events under the names Sigma's taxonomy uses. */
import type { EventKind, FieldValue, LogEvent } from '../../model/log-event.ts';

const ANY: EventKind = Object.freeze({ product: null, service: null, category: null });
const MAX_DEPTH = 12;

/** The event; nested objects are flattened with dots, EventData and System fields also stand under their own names. */
export function jsonEvent(value: Readonly<Record<string, unknown>>): LogEvent {
  const fields: Record<string, FieldValue> = {};
  flatten(value, '', fields, 0);
  const system = at(value, 'Event', 'System') ?? at(value, 'System');
  const payload = at(value, 'Event', 'EventData') ?? at(value, 'Event', 'UserData') ?? at(value, 'EventData');
  if (system !== null) flattenWindows(system, fields);
  if (payload !== null) flattenWindows(payload, fields);
  return {
    time: 0,
    kind: ANY,
    host: null,
    program: null,
    pid: null,
    message: typeof value.message === 'string' ? value.message : '',
    repeat: 1,
    fields,
  };
}

function flatten(value: unknown, prefix: string, out: Record<string, FieldValue>, depth: number): void {
  if (depth > MAX_DEPTH) return;
  if (Array.isArray(value)) {
    const scalars = value.filter((each) => typeof each !== 'object' || each === null) as (string | number | boolean)[];
    if (prefix !== '' && scalars.length > 0) out[prefix] = scalars;
    for (const each of value) if (typeof each === 'object' && each !== null) flattenInto(each, prefix, out, depth);
  } else if (typeof value === 'object' && value !== null) {
    flattenInto(value, prefix, out, depth);
  } else if (prefix !== '') {
    out[prefix] = (value ?? null) as FieldValue;
  }
}

function flattenInto(value: object, prefix: string, out: Record<string, FieldValue>, depth: number): void {
  for (const [key, inner] of Object.entries(value))
    flatten(inner, prefix === '' ? key : `${prefix}.${key}`, out, depth + 1);
}

/** `{EventID: 1, Provider: {#attributes: {Name: x}}, Data: [...]}` to EventID, Provider_Name, and the data's own names. */
function flattenWindows(part: Record<string, unknown>, out: Record<string, FieldValue>): void {
  for (const [key, value] of Object.entries(part)) {
    if (typeof value !== 'object' || value === null) {
      out[key] = value as FieldValue;
      continue;
    }
    const object = value as Record<string, unknown>;
    const attributes = (object['#attributes'] ?? object.attributes) as Record<string, unknown> | undefined;
    if (object['#text'] !== undefined) out[key] = object['#text'] as FieldValue;
    for (const [name, inner] of Object.entries(attributes ?? {}))
      if (typeof inner !== 'object') out[`${key}_${name}`] = inner as FieldValue;
    if (attributes === undefined && object['#text'] === undefined && !Array.isArray(value)) flattenWindows(object, out);
  }
}

function at(value: Readonly<Record<string, unknown>>, ...path: string[]): Record<string, unknown> | null {
  let inner: unknown = value;
  for (const key of path) inner = (inner as Record<string, unknown> | null | undefined)?.[key];
  return typeof inner === 'object' && inner !== null && !Array.isArray(inner)
    ? (inner as Record<string, unknown>)
    : null;
}
