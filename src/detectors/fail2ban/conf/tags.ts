/** `<tag>` substitution within a definition: values name each other, also inside other names (`<cmn-<mode>>`). */
import { fail } from '../../../kit/errors.ts';

const MAX_USES = 25;
const MAX_LENGTH = 1 << 20;

/**
 * Options with every tag replaced that another option or `further` defines; tags that nobody defines (`<HOST>`) stay.
 * Throws AppError where tags name each other in a circle.
 */
export function substituteTags(
  options: ReadonlyMap<string, string>,
  further: (tag: string) => string | null,
): Map<string, string> {
  const tags = new Map(options);
  const conditional = new Set([...options.keys()].flatMap((name) => /^(\w+)\?.+$/.exec(name)?.[1] ?? []));
  const uses = new Map<string, Map<string, number>>();
  for (let again = true; again; ) {
    again = false;
    for (const name of tags.keys()) {
      if (conditional.has(name)) continue;
      const before = tags.get(name)!;
      const used = uses.get(name) ?? new Map<string, number>();
      uses.set(name, used);
      const value = substituteOnce(name, before, used, (tag) =>
        conditional.has(tag) ? null : (tags.get(tag) ?? further(tag)),
      );
      if (value === before) continue;
      tags.set(name, value);
      if (nextTag(value, 0) !== null) again = true;
    }
  }
  return tags;
}

function substituteOnce(
  name: string,
  text: string,
  used: Map<string, number>,
  lookUp: (tag: string) => string | null,
): string {
  let value = text;
  for (let found = nextTag(value, 0); found !== null; ) {
    const { tag, at } = found;
    const count = used.get(tag) ?? 0;
    const repl = tag === name ? '' : lookUp(tag);
    if (tag === name || count >= MAX_USES || value.length > MAX_LENGTH)
      fail('FAIL2BAN_TAGS', { message: `<${tag}> in ${name} leads in a circle`, hint: 'fail2ban would refuse it too' });
    if (repl === null) {
      found = nextTag(value, at + tag.length + 2);
      continue;
    }
    value = value.replaceAll(`<${tag}>`, () => repl);
    used.set(tag, count + 1);
    found = nextTag(value, at);
  }
  return value;
}

function nextTag(text: string, from: number): { readonly tag: string; readonly at: number } | null {
  const finder = /<([^ <>]+)>/g;
  finder.lastIndex = from;
  const found = finder.exec(text);
  return found === null ? null : { tag: found[1]!, at: found.index };
}
