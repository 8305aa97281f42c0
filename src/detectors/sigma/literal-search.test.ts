/** The automaton says the same as looking for each literal by itself. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLiteralSearch } from './literal-search.ts';

it('agrees with includes() for random literals and texts, and names each place', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '/', '.', 'ü'), minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(
      fc.uniqueArray(word, { minLength: 1, maxLength: 8 }),
      fc.string({ unit: fc.constantFrom('a', 'b', 'z', '/', '.', 'ü'), maxLength: 40 }),
      (literals, text) => {
        const search = createLiteralSearch(literals);
        expect(search.any(text)).toBe(literals.some((literal) => text.includes(literal)));
        const places: string[] = [];
        search.each(text, (literal, end) => places.push(`${literal}@${end}`));
        const wanted = literals.flatMap((literal, index) =>
          Array.from({ length: text.length + 1 }, (_, end) => end)
            .filter((end) => end >= literal.length && text.slice(end - literal.length, end) === literal)
            .map((end) => `${index}@${end}`),
        );
        expect(places.sort()).toEqual(wanted.sort());
      },
    ),
    { numRuns: 3000 },
  );
});
