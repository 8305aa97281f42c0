/**
 * Texts without one of which a line need not be looked at. They are looked for in the line as it was written, while patterns see
 * it with the date cut out, so one text of a match may be torn apart there: two that do not overlap are named, as only one is torn.
 */
import type { Node, Pattern } from './tree.ts';

/** Texts of which one must occur. */
type AnyOf = readonly string[];

const MAX_TEXTS = 24;
const MIN_LENGTH = 2;

/** Small-letter ASCII texts of which a line must hold one, or null. */
export function gateOf(pattern: Pattern): AnyOf | null {
  const all = collect(pattern.root).toSorted((a, b) => quality(b) - quality(a));
  const best = all[0];
  if (best === undefined) return null;
  const halves = best.flatMap((text) => [text.slice(0, text.length >> 1), text.slice(text.length >> 1)]);
  const second = all[1];
  const pair = second === undefined ? null : [...best, ...second];
  const gate = pair !== null && quality(pair) >= quality(halves) ? pair : halves;
  return quality(gate) < MIN_LENGTH ? null : [...new Set(gate)];
}

function quality(texts: AnyOf): number {
  return texts.length > MAX_TEXTS ? 0 : Math.min(...texts.map((text) => text.length));
}

/** What a match holds, part by part: none of the parts overlap. */
function collect(node: Node): AnyOf[] {
  switch (node.kind) {
    case 'text':
      return ascii(node.text);
    case 'group':
      return collect(node.part);
    case 'repeat':
      return node.min > 0 ? collect(node.part) : [];
    case 'sequence':
      return ofSequence(node.parts);
    case 'choice': {
      const best = node.options.map((option) => collect(option).toSorted((a, b) => quality(b) - quality(a))[0]);
      const every: string[] = [];
      for (const each of best) {
        if (each === undefined) return [];
        every.push(...each);
      }
      return every.length > MAX_TEXTS ? [] : [[...new Set(every)]];
    }
    default:
      return [];
  }
}

function ofSequence(parts: readonly Node[]): AnyOf[] {
  const out: AnyOf[] = [];
  let run = '';
  const flush = (): void => {
    out.push(...ascii(run));
    run = '';
  };
  for (const part of parts) {
    const text = part.kind === 'text' ? part.text : part.kind === 'set' ? part.set.letter : undefined;
    if (text !== undefined) run += text;
    else if (part.kind !== 'place' && part.kind !== 'look' && part.kind !== 'empty') {
      flush();
      out.push(...collect(part));
    }
  }
  flush();
  return out;
}

/** The longest ASCII piece of a text, in small letters. */
function ascii(text: string): AnyOf[] {
  const pieces = (text.match(/[\x01-\x7f]+/g) ?? []).toSorted((a, b) => b.length - a.length);
  return pieces[0] === undefined ? [] : [[pieces[0].toLowerCase()]];
}
