/** Turns a pattern into a program for the matcher: flat integers, one instruction after the other. */
import { type First, firstOf } from './first.ts';
import { isAnchored, mayBeEmpty, prefixOf } from './shape.ts';
import { type CharSet, type Node, type Pattern, PatternError, type Place, widthOf } from './tree.ts';

/** Instructions; their operands are told at each. */
export const OP = {
  match: 0,
  /** unit */
  char: 1,
  /** set */
  set: 2,
  /** text */
  text: 3,
  /** first, second, point, first's beginnings (or -1) */
  split: 4,
  /** target */
  jump: 5,
  /** slot */
  save: 6,
  /** place */
  place: 7,
  /** end, negated, width (-1 ahead); the body follows */
  look: 8,
  /** group, fold */
  back: 9,
  /** group, otherwise */
  if: 10,
  /** set, min, max (-1 none), greedy, point, next unit (-1 unknown), loop number */
  loop: 11,
  /** slot: fails where nothing was taken since it was saved */
  moved: 12,
} as const;

/** Places by number. */
export const PLACES: readonly Place[] = [
  'start',
  'line-start',
  'end',
  'line-end',
  'very-end',
  'word-edge',
  'no-word-edge',
];

/** A compiled pattern. */
export interface Program {
  readonly code: Int32Array;
  readonly sets: readonly CharSet[];
  readonly texts: readonly string[];
  readonly firsts: readonly First[];
  /** Capture and mark slots. */
  readonly slots: number;
  readonly groups: number;
  readonly names: ReadonlyMap<string, number>;
  /** Points at which a state is remembered, and loops. */
  readonly points: number;
  readonly loops: number;
  /** Groups that conditions ask about. */
  readonly asked: readonly number[];
  /** False where a back reference makes a state depend on what was captured: nothing is remembered, the step limit alone bounds it. */
  readonly remembers: boolean;
  /** Every match begins at the beginning of the text. */
  readonly anchored: boolean;
  /** What a match begins with. */
  readonly first: First | null;
  readonly prefix: string | null;
}

const MAX_CODE = 200_000;
/** Conditions multiply what is remembered by two each. */
const MAX_ASKED = 3;

/** Compiles a pattern. Throws PatternError when it is too large. */
export function compile(pattern: Pattern): Program {
  const code: number[] = [];
  const sets: CharSet[] = [];
  const texts: string[] = [];
  const firsts: First[] = [];
  const asked = new Set<number>();
  let points = 0;
  let loops = 0;
  let slots = pattern.groups * 2;
  let hasBack = false;
  let inLook = 0;
  const point = (): number => (inLook > 0 ? -1 : points++);
  const setNumber = (set: CharSet): number => {
    const known = sets.indexOf(set);
    return known >= 0 ? known : sets.push(set) - 1;
  };
  const emit = (...words: number[]): number => {
    if (code.length > MAX_CODE) throw new PatternError('the pattern is too large', 0, true);
    return code.push(...words) - words.length;
  };

  function split(first: Node | null, greedy: boolean): { readonly at: number; patch(out: number): void } {
    const start = first === null ? null : firstOf(first);
    const at = emit(OP.split, 0, 0, point(), greedy && start !== null ? firsts.push(start) - 1 : -1);
    code[at + (greedy ? 1 : 2)] = at + 5;
    return {
      at,
      patch: (out) => {
        code[at + (greedy ? 2 : 1)] = out;
      },
    };
  }

  function choice(options: readonly Node[]): void {
    const ends: number[] = [];
    options.forEach((option, index) => {
      if (index === options.length - 1) {
        put(option);
        return;
      }
      const branch = split(option, true);
      put(option);
      ends.push(emit(OP.jump, 0));
      branch.patch(code.length);
    });
    for (const at of ends) code[at + 1] = code.length;
  }

  function repeat(node: Extract<Node, { kind: 'repeat' }>): void {
    const { part, min, max, greedy } = node;
    const single = part.kind === 'set' || (part.kind === 'text' && part.text.length === 1);
    if (single && max !== min) {
      const set = part.kind === 'set' ? part.set : onlyText(part);
      emit(
        OP.loop,
        setNumber(set),
        min,
        max === Number.POSITIVE_INFINITY ? -1 : max,
        greedy ? 1 : 0,
        point(),
        -1,
        loops++,
      );
      return;
    }
    for (let n = 0; n < min; n++) put(part);
    if (max === Number.POSITIVE_INFINITY) {
      const loop = split(part, greedy);
      const mark = mayBeEmpty(part) ? slots++ : -1;
      if (mark >= 0) emit(OP.save, mark);
      put(part);
      if (mark >= 0) emit(OP.moved, mark);
      emit(OP.jump, loop.at);
      loop.patch(code.length);
      return;
    }
    const outs = [];
    for (let n = min; n < max; n++) {
      outs.push(split(part, greedy));
      put(part);
    }
    for (const out of outs) out.patch(code.length);
  }

  function put(node: Node): void {
    switch (node.kind) {
      case 'empty':
        return;
      case 'text':
        if (node.text.length === 1) emit(OP.char, node.text.charCodeAt(0));
        else emit(OP.text, texts.push(node.text) - 1);
        return;
      case 'set':
        emit(OP.set, setNumber(node.set));
        return;
      case 'sequence':
        for (const part of node.parts) put(part);
        return;
      case 'choice':
        choice(node.options);
        return;
      case 'repeat':
        repeat(node);
        return;
      case 'group':
        emit(OP.save, node.index * 2);
        put(node.part);
        emit(OP.save, node.index * 2 + 1);
        return;
      case 'place':
        emit(OP.place, PLACES.indexOf(node.place));
        return;
      case 'look': {
        const at = emit(OP.look, 0, node.negated ? 1 : 0, node.ahead ? -1 : widthOf(node.part)!);
        inLook++;
        put(node.part);
        inLook--;
        emit(OP.match);
        code[at + 1] = code.length;
        return;
      }
      case 'back':
        hasBack = true;
        emit(OP.back, node.group, node.fold ? 1 : 0);
        return;
      case 'if': {
        asked.add(node.group);
        const at = emit(OP.if, node.group, 0);
        put(node.yes);
        const end = emit(OP.jump, 0);
        code[at + 2] = code.length;
        put(node.no);
        code[end + 1] = code.length;
      }
    }
  }

  put(pattern.root);
  emit(OP.match);
  const flat = Int32Array.from(code);
  foresee(flat, texts);
  return {
    code: flat,
    sets,
    texts,
    firsts,
    slots,
    groups: pattern.groups,
    names: pattern.names,
    points,
    loops,
    asked: [...asked],
    remembers: !hasBack && asked.size <= MAX_ASKED,
    anchored: isAnchored(pattern.root),
    first: firstOf(pattern.root),
    prefix: prefixOf(pattern.root),
  };
}

/** Length of each instruction in words. */
export const SIZE: readonly number[] = [1, 2, 2, 2, 5, 2, 2, 2, 4, 3, 3, 8, 2];

/** Tells loops which unit must follow them, where that is plain. */
function foresee(code: Int32Array, texts: readonly string[]): void {
  for (let at = 0; at < code.length; at += SIZE[code[at]!]!) {
    if (code[at] !== OP.loop) continue;
    let next = at + SIZE[OP.loop]!;
    while (code[next] === OP.save) next += 2;
    if (code[next] === OP.char) code[at + 6] = code[next + 1]!;
    else if (code[next] === OP.text) code[at + 6] = texts[code[next + 1]!]!.charCodeAt(0);
  }
}

function onlyText(node: { readonly text: string }): CharSet {
  const code = node.text.charCodeAt(0);
  const ascii = new Uint8Array(128);
  if (code < 128) ascii[code] = 1;
  return { ascii, wide: (other) => other === code };
}
