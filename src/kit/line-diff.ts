/** What changed between two texts, line by line, with a little context: for people, before something is written. */

/** One line of a difference; `gap` stands for lines left out. */
export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed' | 'gap';
  readonly text: string;
}

const CONTEXT = 3;
/** Beyond so many steps the middle is told as removed and added whole. */
const MAX_CELLS = 4_000_000;

/** The difference; empty when there is none. */
export function lineDiff(before: string, after: string): DiffLine[] {
  const [old, now] = [linesOf(before), linesOf(after)];
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  const middle = middleOf(old.slice(head, old.length - tail), now.slice(head, now.length - tail));
  if (middle.length === 0) return [];
  const same = (text: string): DiffLine => ({ kind: 'same', text });
  return folded([...old.slice(0, head).map(same), ...middle, ...old.slice(old.length - tail).map(same)]);
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

/** Longest common subsequence, for texts of a few thousand lines. */
function middleOf(old: readonly string[], now: readonly string[]): DiffLine[] {
  const removed = (text: string): DiffLine => ({ kind: 'removed', text });
  const added = (text: string): DiffLine => ({ kind: 'added', text });
  if (old.length * now.length > MAX_CELLS) return [...old.map(removed), ...now.map(added)];
  const width = now.length + 1;
  const length = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = now.length - 1; j >= 0; j--)
      length[i * width + j] =
        old[i] === now[j]
          ? length[(i + 1) * width + j + 1]! + 1
          : Math.max(length[(i + 1) * width + j]!, length[i * width + j + 1]!);
  const out: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      out.push({ kind: 'same', text: old[i++]! });
      j++;
    } else if (j >= now.length || (i < old.length && length[(i + 1) * width + j]! >= length[i * width + j + 1]!))
      out.push(removed(old[i++]!));
    else out.push(added(now[j++]!));
  }
  return out;
}

function folded(lines: readonly DiffLine[]): DiffLine[] {
  const near = (index: number): boolean =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some((line) => line.kind !== 'same');
  const out: DiffLine[] = [];
  for (const [index, line] of lines.entries()) {
    if (near(index)) out.push(line);
    else if (out.at(-1)?.kind !== 'gap') out.push({ kind: 'gap', text: '' });
  }
  return out;
}
