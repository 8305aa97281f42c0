/** The tree of a regular expression in Python's dialect (docs.python.org/3/library/re.html). */

/** A set of UTF-16 units: which ASCII ones, and a rule for the others. */
export interface CharSet {
  /** 1 for each ASCII unit that is in. */
  readonly ascii: Uint8Array;
  wide(code: number): boolean;
  /** The small letter, where the set is one letter in either case. */
  readonly letter?: string;
}

/** Places that match without taking a character. */
export type Place = 'start' | 'line-start' | 'end' | 'line-end' | 'very-end' | 'word-edge' | 'no-word-edge';

/** One part of a pattern. */
export type Node =
  | { readonly kind: 'empty' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'choice'; readonly options: readonly Node[] }
  | {
      readonly kind: 'repeat';
      readonly part: Node;
      readonly min: number;
      readonly max: number;
      readonly greedy: boolean;
    }
  | { readonly kind: 'group'; readonly index: number; readonly part: Node }
  | { readonly kind: 'place'; readonly place: Place }
  | { readonly kind: 'look'; readonly ahead: boolean; readonly negated: boolean; readonly part: Node }
  | { readonly kind: 'back'; readonly group: number; readonly fold: boolean }
  | { readonly kind: 'if'; readonly group: number; readonly yes: Node; readonly no: Node };

/** A parsed pattern. */
export interface Pattern {
  readonly root: Node;
  /** Number of groups, the whole match (0) included. */
  readonly groups: number;
  readonly names: ReadonlyMap<string, number>;
}

/** A pattern that is wrong, or right in Python but not run here; `at` is the index in its text. */
export class PatternError extends Error {
  readonly at: number;
  /** Python would take it. */
  readonly isUnsupported: boolean;

  constructor(message: string, at: number, isUnsupported = false) {
    super(`${message} (at character ${at + 1})`);
    this.at = at;
    this.isUnsupported = isUnsupported;
  }
}

/** The fixed width of what a node takes, or null when it varies. */
export function widthOf(node: Node): number | null {
  switch (node.kind) {
    case 'empty':
    case 'place':
    case 'look':
      return 0;
    case 'text':
      return node.text.length;
    case 'set':
      return 1;
    case 'group':
      return widthOf(node.part);
    case 'sequence': {
      let sum = 0;
      for (const part of node.parts) {
        const width = widthOf(part);
        if (width === null) return null;
        sum += width;
      }
      return sum;
    }
    case 'choice': {
      const widths = node.options.map(widthOf);
      return widths.every((width) => width === widths[0]) ? (widths[0] ?? 0) : null;
    }
    case 'repeat': {
      const width = widthOf(node.part);
      return width !== null && node.min === node.max ? width * node.min : null;
    }
    case 'if': {
      const [yes, no] = [widthOf(node.yes), widthOf(node.no)];
      return yes === no ? yes : null;
    }
    case 'back':
      return null;
  }
}
