/** Writing of queries: adding a term, quoting a value. */

/** A value as the language reads it back. */
export function quoted(value: string): string {
  return /^[\w.@:/-]+$/.test(value) && !/^(?:and|or|not)$/i.test(value)
    ? value
    : `"${value.replace(/[\\"]/g, '\\$&')}"`;
}

/** The query with one more condition. */
export function withTerm(query: string, field: string, value: string, wanted: boolean): string {
  const term = `${wanted ? '' : 'not '}${field}:${quoted(value)}`;
  const before = query.trim();
  if (before === '') return term;
  return `${/\bor\b/i.test(before) ? `(${before})` : before} and ${term}`;
}
