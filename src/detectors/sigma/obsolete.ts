/** The aggregation that stood behind a pipe in old conditions, told as the correlation that says the same. */
import type { RuleHead } from './ast.ts';

const FUNCTIONS: Readonly<Record<string, string>> = {
  count: 'event_count',
  sum: 'value_sum',
  avg: 'value_avg',
  min: 'value_min',
  max: 'value_max',
};
const COMPARISONS: Readonly<Record<string, string>> = {
  '>': 'gt',
  '>=': 'gte',
  '<': 'lt',
  '<=': 'lte',
  '=': 'eq',
  '==': 'eq',
};

/** YAML to write instead of `... | count() by x > 5` or `... | near a and b`. */
export function obsoleteHint(text: string, detection: Readonly<Record<string, unknown>>, head: RuleHead): string {
  const cut = text.indexOf('|');
  const before = text.slice(0, cut).trim();
  const after = text
    .slice(cut + 1)
    .replace(/#.*$/, '')
    .trim();
  const span = typeof detection.timeframe === 'string' ? detection.timeframe : '5m';
  const name = head.name ?? nameOf(head.title);
  const near = /^near\s+(.+)$/i.exec(after);
  if (near !== null) return nearHint(name, before, near[1]!, span, head.title);
  const found = /^(\w+)\s*\(\s*([^)]*?)\s*\)\s*(?:by\s+([^<>=]+?)\s*)?(>=|<=|==|>|<|=)\s*(\S+)\s*$/i.exec(after);
  const type = found === null ? undefined : FUNCTIONS[found[1]!.toLowerCase()];
  if (found === null || type === undefined) return 'write a correlation document beside this rule';
  const [, , field, by, comparison, number] = found;
  const counts = type === 'event_count' && field !== '' ? 'value_count' : type;
  return `${rename(name, before)}\n---\n${correlation(head.title, counts, [name], (by ?? '').split(/[\s,]+/).filter(Boolean), span)}\n  condition:\n${
    field === '' ? '' : `    field: ${field}\n`
  }    ${COMPARISONS[comparison!]}: ${number}`;
}

function nearHint(name: string, before: string, others: string, span: string, title: string): string {
  const parts = others.split(/\s+/).filter(Boolean);
  const renamed = parts.map((part) => (/^(?:and|or|not|\(|\))$/i.test(part) ? part.toLowerCase() : `${name}_${part}`));
  const rules = renamed.filter((part) => part.startsWith(`${name}_`));
  const plain = renamed.every((part) => part === 'and' || part.startsWith(`${name}_`));
  return `${rename(name, before)}, and a rule of its own for each of ${rules.join(', ')}\n---\n${correlation(title, 'temporal', [name, ...rules], ['host.hostname'], span)}${
    plain ? '' : `\n  condition: ${name} and ${renamed.join(' ')}`
  }`;
}

function rename(name: string, before: string): string {
  return `give this rule \`name: ${name}\` and \`condition: ${before}\`, and add below it:`;
}

function correlation(
  title: string,
  type: string,
  rules: readonly string[],
  by: readonly string[],
  span: string,
): string {
  return [
    `title: ${JSON.stringify(`${title}, counted`)}`,
    'correlation:',
    `  type: ${type}`,
    `  rules: [${rules.join(', ')}]`,
    `  group-by: [${by.join(', ')}]`,
    `  timespan: ${span}`,
  ].join('\n');
}

function nameOf(title: string): string {
  return (
    title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^_+|_+$/g, '') || 'base_rule'
  );
}
