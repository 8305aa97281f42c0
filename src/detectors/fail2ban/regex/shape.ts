/** What can be told from the shape of a pattern before it runs. */
import type { Node } from './tree.ts';

/** Whether a part may take nothing. */
export function mayBeEmpty(node: Node): boolean {
  switch (node.kind) {
    case 'text':
    case 'set':
      return false;
    case 'sequence':
      return node.parts.every(mayBeEmpty);
    case 'choice':
      return node.options.some(mayBeEmpty);
    case 'repeat':
      return node.min === 0 || mayBeEmpty(node.part);
    case 'group':
      return mayBeEmpty(node.part);
    default:
      return true;
  }
}

/** Whether every match begins at the beginning of the text. */
export function isAnchored(node: Node): boolean {
  switch (node.kind) {
    case 'place':
      return node.place === 'start';
    case 'sequence': {
      const first = node.parts.find((part) => part.kind !== 'look' && part.kind !== 'empty');
      return first !== undefined && isAnchored(first);
    }
    case 'choice':
      return node.options.every(isAnchored);
    case 'group':
      return isAnchored(node.part);
    case 'repeat':
      return node.min > 0 && isAnchored(node.part);
    default:
      return false;
  }
}

/** A text that every match begins with, or null. */
export function prefixOf(node: Node): string | null {
  if (node.kind === 'text') return node.text;
  if (node.kind === 'group') return prefixOf(node.part);
  if (node.kind === 'sequence') {
    const first = node.parts.find((part) => part.kind !== 'look' && part.kind !== 'empty');
    return first === undefined ? null : prefixOf(first);
  }
  return null;
}
