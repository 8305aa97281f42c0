/** `%name%` in values with `expand`: replaced by every line of a list file. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../../kit/errors.ts';
import type { Item, Scalar } from './ast.ts';

/** The values of a placeholder, or null when there is no list of that name. */
export type Placeholders = (name: string) => readonly string[] | null;

/** No lists at all. */
export const NO_PLACEHOLDERS: Placeholders = () => null;

const MAX_EXPANDED = 100_000;

/** Lists in a folder: `NAME.txt`, one value a line, blank lines and lines that begin with # left out. */
export function placeholderFolder(folder: string): Placeholders {
  const read = new Map<string, readonly string[] | null>();
  return (name) => {
    let values = read.get(name);
    if (values === undefined) {
      const path = join(folder, `${name}.txt`);
      values = /^[\w.-]+$/.test(name) && existsSync(path) ? linesOf(path) : null;
      read.set(name, values);
    }
    return values;
  };
}

function linesOf(path: string): string[] {
  return readFileSync(path, 'utf8')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** The item with every placeholder replaced. Throws SIGMA_PLACEHOLDER where a list is missing. */
export function expandPlaceholders(item: Item, placeholders: Placeholders): Item {
  const values = item.values.flatMap((value): Scalar[] =>
    typeof value === 'string' ? expand(value, item, placeholders) : [value],
  );
  if (values.length > MAX_EXPANDED)
    fail('SIGMA_PLACEHOLDER', { message: `${item.key}: more than ${MAX_EXPANDED} values`, at: item.place });
  return { ...item, values, modifiers: item.modifiers.filter((name) => name !== 'expand') };
}

function expand(value: string, item: Item, placeholders: Placeholders): string[] {
  // `\%` is a plain percent sign.
  const found = /(?<!\\)%([^%\\\s]+)(?<!\\)%/.exec(value);
  if (found === null) return [value.replaceAll('\\%', '%')];
  const name = found[1]!;
  const list = placeholders(name);
  if (list === null || list.length === 0)
    return fail('SIGMA_PLACEHOLDER', {
      message: `${item.key}: there is no list for the placeholder %${name}%`,
      hint: `write ${name}.txt, one value a line, into the folder that \`rules.placeholders\` names`,
      at: item.place,
    });
  const before = value.slice(0, found.index).replaceAll('\\%', '%');
  const rest = expand(value.slice(found.index + found[0].length), item, placeholders);
  return list.flatMap((each) => rest.map((tail) => before + each + tail));
}
