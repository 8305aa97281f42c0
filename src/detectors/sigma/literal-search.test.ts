/** The automaton says the same as looking for each literal by itself. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLiteralSearch } from './literal-search.ts';

it('agrees with includes() for random literals and texts', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '/', '.', 'ü'), minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 8 }),
      fc.string({ unit: fc.constantFrom('a', 'b', 'B', '/', '.', 'ü'), maxLength: 40 }),
      (literals, text) => {
        const search = createLiteralSearch(literals);
        const ascii = literals.every((literal) => !literal.includes('ü'));
        expect(search !== null).toBe(ascii);
        if (search !== null)
          expect(search(text)).toBe(literals.some((literal) => text.toLowerCase().includes(literal.toLowerCase())));
      },
    ),
    { numRuns: 3000 },
  );
});
