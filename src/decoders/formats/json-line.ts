/** A JSON object as flat text values under dotted names, bounded in depth and number. */
const MAX_DEPTH = 8;
const MAX_VALUES = 256;

/** The values of a JSON object, or null when the text is none. */
export function readJson(text: string): ReadonlyMap<string, string> | null {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof root !== 'object' || root === null || Array.isArray(root)) return null;
  const values = new Map<string, string>();
  flatten(root, '', 0, values);
  return values;
}

/** One value alone says nothing, unless it is the line that somebody wrapped. */
export function isRecord(values: ReadonlyMap<string, string>): boolean {
  return values.size > 1 || values.has('message') || values.has('msg');
}

/** A list of `{key, value}` records, as Rails writes a request's parameters, under their keys; of any other list nothing. */
function parameters(list: readonly unknown[], prefix: string, depth: number, values: Map<string, string>): void {
  for (const item of list) {
    if (depth >= MAX_DEPTH || values.size >= MAX_VALUES || typeof item !== 'object' || item === null) return;
    const { key, value } = item as { key?: unknown; value?: unknown };
    if (typeof key !== 'string' || value === undefined) return;
    flatten({ [key]: value }, prefix, depth + 1, values);
  }
}

function flatten(node: object, prefix: string, depth: number, values: Map<string, string>): void {
  for (const [key, value] of Object.entries(node)) {
    if (values.size >= MAX_VALUES) return;
    const name = (prefix === '' ? key : `${prefix}.${key}`).toLowerCase();
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      values.set(name, String(value));
    // A header that was sent more than once is one list (RFC 9110, 5.3); elsewhere the first value stands.
    else if (Array.isArray(value) && typeof value[0] === 'string')
      values.set(name, name.endsWith('forwarded-for') || name.endsWith('.forwarded') ? value.join(', ') : value[0]);
    else if (Array.isArray(value)) parameters(value, name, depth, values);
    else if (typeof value === 'object' && value !== null && depth < MAX_DEPTH) flatten(value, name, depth + 1, values);
  }
}
