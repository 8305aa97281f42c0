/**
 * The YAML that rule files are written in (block maps and lists, scalars of one line, literal blocks), read several times as fast as by
 * a parser of all YAML. Whatever is not of that kind, faults included, is left to that parser. YAML 1.2.2.
 */
import { checkPlain, isRest, NotPlain, plainEnd, quotedAt, resolve, scalarAt } from './plain-scalars.ts';

/** One document: what it says, and where its keys stand. */
export interface PlainDocument {
  readonly raw: Record<string, unknown>;
  /** Offset of the last key of a path that is there; of the first key for none. */
  offsetOf(path: readonly string[]): number;
}

interface Line {
  readonly indent: number;
  readonly start: number;
  readonly end: number;
}

/** Offsets of the keys of each map. */
type Places = Map<object, Map<string, number>>;

/** Documents of a text; null when it is not plain enough. */
export function readPlainYaml(text: string): PlainDocument[] | null {
  if (/[\t\r\ufeff]|^(?:%|\.\.\.)/m.test(text)) return null;
  try {
    const parts: Line[][] = [[]];
    for (const line of linesOf(text)) {
      if (!text.startsWith('---', line.start)) parts.at(-1)!.push(line);
      else if (isRest(text, line.start + 3, line.end)) parts.push([]);
      else return null;
    }
    const documents = parts.map((lines) => new Reader(text, lines).document());
    // Before the first mark nothing need stand; an empty document behind one is for the full parser to judge.
    if (documents[0] === null) documents.shift();
    return documents.includes(null) ? null : (documents as PlainDocument[]);
  } catch (error) {
    if (error instanceof NotPlain) return null;
    throw error;
  }
}

function* linesOf(text: string): Generator<Line> {
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    let at = start;
    while (at < end && text.charCodeAt(at) === 32) at++;
    yield { indent: at - start, start, end };
    start = end + 1;
  }
}

/** Reads the lines of one document. */
class Reader {
  private readonly text: string;
  private readonly lines: readonly Line[];
  private readonly places: Places = new Map();
  private at = 0;

  constructor(text: string, lines: readonly Line[]) {
    this.text = text;
    this.lines = lines;
  }

  document(): PlainDocument | null {
    const first = this.peek();
    if (first === null) return null;
    if (first.indent !== 0 || this.isItem(first.start, first.end)) throw new NotPlain();
    const raw = this.map(0, first.start);
    if (this.peek() !== null) throw new NotPlain();
    const { places } = this;
    return { raw, offsetOf: (path) => offsetOf(raw, places, path, first.start) };
  }

  /** The next line that says something. */
  private peek(): Line | null {
    for (; this.at < this.lines.length; this.at++) {
      const line = this.lines[this.at]!;
      const from = line.start + line.indent;
      if (from < line.end && this.text.charCodeAt(from) !== 35) return line;
    }
    return null;
  }

  private isItem(from: number, end: number): boolean {
    return this.text.charCodeAt(from) === 45 && (from + 1 === end || this.text.charCodeAt(from + 1) === 32);
  }

  /** A map whose keys stand at a column; the first of them at an offset in the current line. */
  private map(column: number, first: number): Record<string, unknown> {
    const out: Record<string, unknown> = {};
    const keys = new Map<string, number>();
    this.places.set(out, keys);
    for (let from = first; ; ) {
      const line = this.lines[this.at]!;
      const { key, behind } = this.key(from, line.end);
      if (keys.has(key)) throw new NotPlain();
      keys.set(key, from);
      out[key] = this.value(behind, line, column, true);
      const next = this.peek();
      if (next === null || next.indent < column) return out;
      if (next.indent > column || this.isItem(next.start + next.indent, next.end)) {
        if (next.indent === column) return out;
        throw new NotPlain();
      }
      from = next.start + next.indent;
    }
  }

  private list(column: number): unknown[] {
    const out: unknown[] = [];
    for (;;) {
      const line = this.peek();
      if (line === null || line.indent < column) return out;
      const dash = line.start + line.indent;
      if (line.indent > column) throw new NotPlain();
      if (!this.isItem(dash, line.end)) return out;
      let from = dash + 1;
      while (from < line.end && this.text.charCodeAt(from) === 32) from++;
      out.push(
        from < line.end && this.beginsMap(from, line.end)
          ? this.map(from - line.start, from)
          : this.value(dash + 1, line, column, false),
      );
    }
  }

  /** Whether a key begins here. */
  private beginsMap(from: number, end: number): boolean {
    const quoted = quotedAt(this.text, from, end);
    if (quoted !== null) return this.text.charCodeAt(quoted.end) === 58 && quoted.end < end;
    const last = plainEnd(this.text, from, end);
    const colon = this.text.indexOf(': ', from);
    return (colon >= 0 && colon < last) || this.text.charCodeAt(last - 1) === 58;
  }

  private key(from: number, end: number): { readonly key: string; readonly behind: number } {
    const quoted = quotedAt(this.text, from, end);
    const colon = quoted === null ? this.colon(from, end) : quoted.end;
    if (colon >= end || this.text.charCodeAt(colon) !== 58) throw new NotPlain();
    if (colon + 1 < end && this.text.charCodeAt(colon + 1) !== 32) throw new NotPlain();
    const key = quoted?.value ?? this.text.slice(from, colon);
    if (quoted === null) {
      checkPlain(key);
      if (key.includes(' #') || key.endsWith(' ') || resolve(key) !== key) throw new NotPlain();
    }
    if (key === '__proto__' || key === '<<') throw new NotPlain();
    return { key, behind: colon + 1 };
  }

  private colon(from: number, end: number): number {
    for (let at = this.text.indexOf(':', from); at >= 0 && at < end; at = this.text.indexOf(':', at + 1))
      if (at + 1 === end || this.text.charCodeAt(at + 1) === 32) return at;
    throw new NotPlain();
  }

  /** What stands behind a key or a dash, on its line or on those below. */
  private value(behind: number, line: Line, column: number, inMap: boolean): unknown {
    const { text } = this;
    let from = behind;
    while (from < line.end && text.charCodeAt(from) === 32) from++;
    this.at++;
    if (from >= line.end || (text[from] === '#' && from > behind)) return this.below(column, inMap);
    if (text[from] === '|') return this.literal(from + 1, line.end, column);
    if (text[from] === '[' && text[from + 1] === ']' && isRest(text, from + 2, line.end)) return [];
    const value = scalarAt(text, from, line.end);
    const next = this.lines[this.at];
    // Text of several lines goes on deeper than its key, even where it looks like a comment.
    if (next !== undefined && this.goesOn(column)) throw new NotPlain();
    return value;
  }

  private goesOn(column: number): boolean {
    const next = this.peek();
    return next !== null && next.indent > column;
  }

  private below(column: number, inMap: boolean): unknown {
    const next = this.peek();
    if (next === null || next.indent < column) return null;
    const from = next.start + next.indent;
    const item = this.isItem(from, next.end);
    if (next.indent === column) return item && inMap ? this.list(column) : null;
    if (item) return this.list(next.indent);
    if (!this.beginsMap(from, next.end)) throw new NotPlain();
    return this.map(next.indent, from);
  }

  /** A literal block: `|` or `|-`. */
  private literal(from: number, end: number, column: number): string {
    const strip = this.text[from] === '-';
    if (!isRest(this.text, strip ? from + 1 : from, end)) throw new NotPlain();
    const first = this.lines[this.at];
    if (first === undefined || first.indent <= column || first.start + first.indent === first.end) throw new NotPlain();
    const { indent } = first;
    let body = '';
    let blank = '';
    for (; this.at < this.lines.length; this.at++) {
      const line = this.lines[this.at]!;
      const isBlank = line.start + line.indent === line.end;
      if (isBlank && line.indent <= indent) {
        blank += '\n';
        continue;
      }
      if (line.indent < indent) {
        // A comment or a key ends it; what lies between the two depths is a fault.
        if (line.indent > column) throw new NotPlain();
        break;
      }
      body += `${blank}${this.text.slice(line.start + indent, line.end)}\n`;
      blank = '';
    }
    return strip ? body.slice(0, -1) : body;
  }
}

function offsetOf(raw: object, places: Places, path: readonly string[], first: number): number {
  let node: unknown = raw;
  let last = first;
  for (const key of path) {
    if (Array.isArray(node)) {
      node = node[Number(key)] ?? null;
      continue;
    }
    const at = typeof node === 'object' && node !== null ? places.get(node)?.get(key) : undefined;
    if (at === undefined) return last;
    last = at;
    node = (node as Record<string, unknown>)[key] ?? null;
  }
  return last;
}
