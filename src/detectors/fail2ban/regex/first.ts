/** What a match must begin with and must hold: tests that spare most lines the engine. */
import type { Node, Pattern } from './tree.ts';

/** ASCII units a match can begin with; `wide`: others too. */
export interface First {
  readonly ascii: Uint8Array;
  readonly wide: boolean;
}

/** The first units of a node, or null when it may be empty or they are not known. */
export function firstOf(node: Node): First | null {
  switch (node.kind) {
    case 'text': {
      const ascii = new Uint8Array(128);
      const code = node.text.charCodeAt(0);
      if (code < 128) ascii[code] = 1;
      return { ascii, wide: code >= 128 };
    }
    case 'set':
      return { ascii: node.set.ascii, wide: true };
    case 'group':
      return firstOf(node.part);
    case 'choice':
      return union(node.options.map(firstOf));
    case 'repeat':
      return node.min > 0 ? firstOf(node.part) : null;
    case 'sequence':
      return firstOfSequence(node.parts);
    default:
      return null;
  }
}

function firstOfSequence(parts: readonly Node[]): First | null {
  const seen: First[] = [];
  for (const part of parts) {
    if (part.kind === 'place' || part.kind === 'look' || part.kind === 'empty') continue;
    const own = firstOf(part);
    if (own !== null) return union([...seen, own]);
    const inner = part.kind === 'repeat' ? firstOf(part.part) : null;
    if (inner === null) return null;
    seen.push(inner);
  }
  return null;
}

function union(all: readonly (First | null)[]): First | null {
  const ascii = new Uint8Array(128);
  let wide = false;
  for (const each of all) {
    if (each === null) return null;
    for (let code = 0; code < 128; code++) ascii[code]! |= each.ascii[code]!;
    wide ||= each.wide;
  }
  return { ascii, wide };
}

/** Texts of which a match holds at least one; null when nothing is known. */
export type Required = readonly string[];

const MAX_ALTERNATIVES = 12;

/** The most telling requirement of a pattern. */
export function requiredOf(pattern: Pattern): Required | null {
  const found = requirement(pattern.root);
  return found === null || Math.min(...found.map((text) => text.length)) < 2 ? null : found;
}

function requirement(node: Node): Required | null {
  switch (node.kind) {
    case 'text':
      return [node.text];
    case 'group':
      return requirement(node.part);
    case 'repeat':
      return node.min > 0 ? requirement(node.part) : null;
    case 'sequence': {
      let best: Required | null = null;
      for (const part of node.parts) {
        const own = requirement(part);
        if (own !== null && (best === null || weight(own) > weight(best))) best = own;
      }
      return best;
    }
    case 'choice': {
      const all: string[] = [];
      for (const option of node.options) {
        const own = requirement(option);
        if (own === null) return null;
        all.push(...own);
      }
      const distinct = [...new Set(all)];
      return distinct.length > MAX_ALTERNATIVES ? null : distinct;
    }
    default:
      return null;
  }
}

/** Longer texts and fewer of them tell more. */
function weight(texts: Required): number {
  return Math.min(...texts.map((text) => text.length)) * 4 - texts.length;
}
