/**
 * The rules and mappings that come with the program, parsed when it was made: `rules/parsed.json`, by the SHA-256 of a file's text. A file
 * that was changed since, or is anybody else's, is parsed as YAML. Parsing them costs a third of the start otherwise.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorPlace } from '../../kit/errors.ts';
import type { Search, SigmaRule } from './ast.ts';

/** Where what was parsed lies. */
export const PARSED_RULES = join(import.meta.dirname, '..', '..', '..', 'rules', 'parsed.json');

type Parsed = Readonly<Record<string, unknown>>;

let known: Parsed | null = null;

/** The documents of a file that was parsed before, pointing into the file at this path; null for any other. */
export function parsedBefore(text: string, path: string): SigmaRule[] | null {
  known ??= read();
  const rules = known[digestOf(text)] as readonly Record<string, unknown>[] | undefined;
  return rules?.map((rule) => revive(rule, path)) ?? null;
}

/** What a file of plain data says that was parsed before, or null. */
export function valueBefore(text: string): unknown {
  known ??= read();
  return known[digestOf(text)] ?? null;
}

/** What `parsedBefore` and `valueBefore` read, for these files and what they say. */
export function encodeParsed(files: readonly { readonly text: string; readonly says: unknown }[]): string {
  const entries = files.map(({ text, says }) => `${JSON.stringify(digestOf(text))}: ${JSON.stringify(says, plain)}`);
  return `{\n${entries.sort().join(',\n')}\n}\n`;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function read(): Parsed {
  try {
    return JSON.parse(readFileSync(PARSED_RULES, 'utf8')) as Parsed;
  } catch {
    // Only slower without.
    return {};
  }
}

/** Maps as lists of pairs; files by nobody's path. */
function plain(key: string, value: unknown): unknown {
  if (key === 'file') return undefined;
  return value instanceof Map ? [...value] : value;
}

function revive(rule: Record<string, unknown>, file: string): SigmaRule {
  const placed = { ...rule, place: { ...(rule.place as ErrorPlace), file } };
  if (rule.type === 'correlation') {
    const aliases = rule.aliases as [string, [string, string][]][];
    return { ...placed, aliases: new Map(aliases.map(([name, fields]) => [name, new Map(fields)])) } as never;
  }
  const searches = rule.searches as [string, Search][];
  const at = (search: Search): Search =>
    search.map((items) => items.map((item) => ({ ...item, place: { ...item.place, file } })));
  return { ...placed, searches: new Map(searches.map(([name, search]) => [name, at(search)])) } as never;
}
