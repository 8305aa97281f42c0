/** Tells in one pass over a line which jails have to look at it. */
import { createLiteralSearch } from '../sigma/literal-search.ts';
import type { CompiledFilter } from './lines/line-filter.ts';

/** Which of some filters a line may be for; for filters that search several lines, whether it may be one of them. */
export interface Gates {
  /** Looks at a line; `isOpen` then answers for it. */
  look(line: string): void;
  isOpen(filter: number): boolean;
}

/**
 * Texts by which a filter's lines are known: of each list, one occurs, in the line or in one of those buffered with it. Empty
 * when every line may be for it.
 */
export function gatesOf(filter: CompiledFilter): (readonly string[])[] {
  const failures: string[] = [];
  let known = true;
  for (const { regex } of filter.failures) {
    const { gate } = regex;
    if (gate === null) known = false;
    else failures.push(...gate);
  }
  const prefix = filter.prefix?.regex.gate ?? null;
  return [...(prefix === null ? [] : [prefix]), ...(known ? [[...new Set(failures)]] : [])];
}

/** Gates of filters, told apart by their index. */
export function createGates(filters: readonly CompiledFilter[]): Gates {
  const lists: { readonly filter: number; readonly texts: readonly string[] }[] = [];
  filters.forEach((filter, index) => {
    for (const texts of gatesOf(filter)) lists.push({ filter: index, texts });
  });
  const texts = [...new Set(lists.flatMap((list) => list.texts))];
  const search = createLiteralSearch(texts);
  const listsOfText = texts.map((text) => lists.flatMap((list, index) => (list.texts.includes(text) ? [index] : [])));
  const listsOfFilter = filters.map((_, filter) =>
    lists.flatMap((list, index) => (list.filter === filter ? [index] : [])),
  );
  const isBuffered = filters.map((filter) => filter.patterns.maxlines > 1);
  const seenAt = new Int32Array(lists.length);
  const textSeenAt = new Int32Array(texts.length);
  let turn = 0;

  function found(text: number): void {
    if (textSeenAt[text] === turn) return;
    textSeenAt[text] = turn;
    for (const list of listsOfText[text]!) seenAt[list] = turn;
  }

  return {
    look(line) {
      turn = turn === 0x7fffffff ? 1 : turn + 1;
      search.each(line, found, false);
    },
    isOpen(filter) {
      const own = listsOfFilter[filter]!;
      if (isBuffered[filter]) return own.length === 0 || own.some((list) => seenAt[list] === turn);
      for (const list of own) if (seenAt[list] !== turn) return false;
      return true;
    },
  };
}
