/** What the schema finds wrong, in words for somebody who knows YAML and not the schema's library. */
import type { z } from 'zod';

const KINDS: Readonly<Record<string, string>> = {
  object: 'a section with keys of its own',
  record: 'a section with keys of its own',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  null: 'empty',
};

/** One fault in plain words, to stand behind the setting's name. */
export function faultWords(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type': {
      const received = /received (\w+)$/.exec(issue.message)?.[1];
      if (received === 'undefined') return 'is missing';
      const found = received === undefined ? undefined : KINDS[received];
      return `must be ${kindOf(issue.expected)}${found === undefined ? '' : `, not ${found}`}`;
    }
    case 'invalid_value':
      return `must be ${issue.values.map(String).join(' or ')}`;
    case 'invalid_union':
      return unionWords(issue);
    case 'too_small':
      if (issue.origin === 'array')
        return `needs at least ${issue.minimum} ${issue.minimum === 1 ? 'entry' : 'entries'}`;
      if (issue.origin === 'string') return 'must not be empty';
      return `must be at least ${issue.minimum}`;
    case 'too_big':
      if (issue.origin === 'array') return `holds at most ${issue.maximum} entries`;
      if (issue.origin === 'string') return `must not be longer than ${issue.maximum} characters`;
      return `must be at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}

/** Told apart by `type`, or any of several kinds. */
function unionWords(issue: z.core.$ZodIssueInvalidUnion): string {
  const types = [...issue.message.matchAll(/'([^']+)'/g)].map(([, type]) => type);
  if (types.length > 1) return `must be one of ${types.join(', ')}`;
  const kinds = issue.errors.flatMap(([first]) => {
    if (first === undefined || first.path.length > 0) return [];
    if (first.code === 'invalid_value') return first.values.map(String);
    return first.code === 'invalid_type' ? [kindOf(first.expected)] : [];
  });
  return kinds.length === 0 ? issue.message : `must be ${[...new Set(kinds)].join(' or ')}`;
}

function kindOf(expected: string): string {
  return KINDS[expected] ?? expected;
}
