/** Writes messages from the patterns that describe programs: seeds for fuzzing, and lines in which a remote side imitates the program. */
import { declaredPrograms } from '../../src/decoders/all-programs.ts';
import { compilePattern, type Part, type Variant } from '../../src/decoders/message/pattern.ts';
import { bareGroupsOf, groupsOf } from '../../src/decoders/message/program.ts';

/** The peer that the program itself wrote. */
export const PEER = '203.0.113.7';
/** An address that stands only in what a remote side chose. */
export const VICTIM = '198.51.100.99';

/** One way to read a message of one program. */
export interface Form {
  readonly program: string;
  readonly pattern: string;
  readonly variant: Variant;
}

/** Every form of every declared program; `bare`: those by which a line without a label is known. */
export function allForms(bare = false): Form[] {
  return declaredPrograms.flatMap(({ spec }) =>
    (bare ? bareGroupsOf(spec) : groupsOf(spec)).flatMap(({ patterns }) =>
      patterns.flatMap((pattern) =>
        compilePattern(pattern).map((variant) => ({ program: spec.programs?.[0] ?? spec.name, pattern, variant })),
      ),
    ),
  );
}

/** A message of a form; `free` fills what a remote side may choose. */
export function render(variant: Variant, free: string, address = PEER): string {
  const { left, free: middle, right } = variant;
  return [...left, ...middle, ...right].map((part) => textOf(part, free, address)).join('');
}

/** What an attacker would type to be taken for somebody else: the ends of this form with the victim's address. */
export function imitations(variant: Variant): string[] {
  const after = [...variant.free.slice(1), ...variant.right].map((part) => textOf(part, 'x', VICTIM)).join('');
  const all = render(variant, 'x', VICTIM);
  return [
    `x${after}`,
    all,
    `x${after}${after}`,
    `${VICTIM}`,
    `x from ${VICTIM} port 22`,
    `[${VICTIM}]`,
    `x, rip=${VICTIM}, `,
  ];
}

function textOf(part: Part, free: string, address: string): string {
  switch (part.slot) {
    case null:
      return part.text;
    case 'ip':
    case 'peer':
    case 'sole':
      return part.field === 'source.ip' || address === VICTIM ? address : '192.0.2.2';
    case 'dotted':
      return part.field === 'source' || address === VICTIM ? `${address}.4711` : '192.0.2.2.22';
    case 'port':
      return '4711';
    case 'num':
      return '12';
    case 'mac':
      return '00:00:5e:00:53:01';
    case 'word':
    case 'cell':
      return 'w1';
    case 'quoted':
      return '"quoted"';
    case 'gap':
      return ' ';
    case 'pre':
      return '';
    case 'pairs':
      return 'aa=1 bb="two" cc=3';
    case 'colons':
      return 'Aa: 1, Bb: two';
    case 'commas':
      return 'Aa=1, Bb=two';
    case 'json':
      return '{"aa":"1","bb":"two"}';
    default:
      // A pattern that names the chain of hops is for several of them.
      return part.field === 'http.request.forwarded' ? `${free}, w1` : free;
  }
}
