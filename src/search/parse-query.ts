/**
 * Reads the search language: `source.ip:203.0.113.0/24 and http.response.status_code>=400`, `and`, `or`, `not`, parentheses,
 * wildcards `*` and `?`, "quoted text", bare words that stand anywhere in the line, `field:(a or b)`. Terms beside each other
 * are joined by `and`. Recursive descent; every fault names its column.
 */
import { parseNetwork } from '../kit/cidr.ts';
import { type Operator, type Query, QueryFault, type Value } from './query.ts';

/** Longest query in characters. */
export const MAX_QUERY = 2000;
const MAX_TERMS = 100;
const MAX_DEPTH = 24;

const NAME = /[@A-Za-z_][\w.@-]*/y;
const OPERATOR = /:|!=|>=|<=|=|>|</y;
const SPACED_OPERATOR = /\s*(!=|>=|<=|=|>|<)/y;
const WORD = /[^\s()"]+/y;
const SPACE = /\s*/y;
const KEYWORD = /(?:and|or|not)(?=[\s()"]|$)/iy;

/** The tree of a query; an empty one is everything. Throws QueryFault. */
export function parseQuery(text: string): Query {
  if (text.length > MAX_QUERY) throw new QueryFault('too-long', MAX_QUERY + 1);
  const parser = new Parser(text);
  const query = parser.isAtEnd() ? ({ kind: 'all' } as const) : parser.either();
  if (!parser.isAtEnd()) throw new QueryFault('unopened-group', parser.column, ')');
  return query;
}

class Parser {
  private at = 0;
  private terms = 0;
  private depth = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  get column(): number {
    return this.at + 1;
  }

  isAtEnd(): boolean {
    this.take(SPACE);
    return this.at >= this.text.length;
  }

  either(): Query {
    if (++this.depth > MAX_DEPTH) throw new QueryFault('too-deep', this.column);
    const parts = [this.both()];
    while (this.keyword('or')) parts.push(this.both());
    this.depth--;
    return parts.length === 1 ? parts[0]! : { kind: 'or', parts };
  }

  private both(): Query {
    const parts = [this.maybeNot()];
    while (this.keyword('and') || this.startsTerm()) parts.push(this.maybeNot());
    return parts.length === 1 ? parts[0]! : { kind: 'and', parts };
  }

  private maybeNot(): Query {
    let turns = 0;
    while (this.keyword('not')) turns++;
    const part = this.term();
    return turns % 2 === 0 ? part : { kind: 'not', part };
  }

  private term(): Query {
    if (this.isAtEnd()) throw new QueryFault('missing-term', this.column);
    const column = this.column;
    const open = this.text[this.at];
    if (open === ')') throw new QueryFault(this.depth > 1 ? 'missing-term' : 'unopened-group', column, ')');
    if (open === '(') return this.group(() => this.either());
    if (this.peekKeyword() !== null) throw new QueryFault('missing-term', column, this.peekKeyword()!);
    if (++this.terms > MAX_TERMS) throw new QueryFault('too-many', column);
    if (open === '"') return { kind: 'text', value: this.value() };
    return this.comparison() ?? { kind: 'text', value: this.value() };
  }

  /** `field:value`; null when what comes is a bare word. */
  private comparison(): Query | null {
    const column = this.column;
    const start = this.at;
    const field = this.take(NAME);
    const operator = field === null ? null : (this.take(OPERATOR) ?? this.take(SPACED_OPERATOR, 1));
    if (field === null || operator === null) {
      this.at = start;
      return null;
    }
    const sign = (operator === ':' ? '=' : operator) as Operator;
    this.take(SPACE);
    if (this.text[this.at] === '(') {
      if (sign !== '!=') return this.group(() => this.values(field, sign, column));
      // None of the values, of a line that has the field.
      const some: Query = { kind: 'field', field, operator: '=', value: { text: '*', quoted: false, column }, column };
      return { kind: 'and', parts: [some, { kind: 'not', part: this.group(() => this.values(field, '=', column)) }] };
    }
    return this.compared(field, sign, column);
  }

  private compared(field: string, operator: Operator, column: number): Query {
    const value = this.value();
    check(field, operator, value);
    return { kind: 'field', field, operator, value, column };
  }

  /** `field:(a or b and not c)` */
  private values(field: string, operator: Operator, column: number): Query {
    const one = (): Query => {
      let turns = 0;
      while (this.keyword('not')) turns++;
      if (++this.terms > MAX_TERMS) throw new QueryFault('too-many', this.column);
      this.take(SPACE);
      if (this.peekKeyword() !== null) throw new QueryFault('missing-value', this.column, this.peekKeyword()!);
      const part = this.compared(field, operator, column);
      return turns % 2 === 0 ? part : { kind: 'not', part };
    };
    const all = (): Query => {
      const parts = [one()];
      while (this.keyword('and')) parts.push(one());
      return parts.length === 1 ? parts[0]! : { kind: 'and', parts };
    };
    const parts = [all()];
    // Values beside each other are a list of which one is enough.
    while (this.keyword('or') || this.startsTerm()) parts.push(all());
    return parts.length === 1 ? parts[0]! : { kind: 'or', parts };
  }

  private group(inside: () => Query): Query {
    const column = this.column;
    this.at++;
    if (this.isAtEnd()) throw new QueryFault('unclosed-group', column, '(');
    if (this.text[this.at] === ')') throw new QueryFault('empty-group', column, '()');
    const query = inside();
    this.take(SPACE);
    if (this.text[this.at] !== ')') throw new QueryFault('unclosed-group', column, '(');
    this.at++;
    return query;
  }

  private value(): Value {
    this.take(SPACE);
    const column = this.column;
    if (this.text[this.at] !== '"') {
      const text = this.take(WORD);
      if (text === null) throw new QueryFault('missing-value', column);
      return { text, quoted: false, column };
    }
    let text = '';
    for (let at = this.at + 1; at < this.text.length; at++) {
      const char = this.text[at]!;
      if (char === '"') {
        this.at = at + 1;
        if (text === '') throw new QueryFault('missing-value', column, '""');
        return { text, quoted: true, column };
      }
      const escaped = char === '\\' && /["\\]/.test(this.text[at + 1] ?? '');
      text += escaped ? this.text[++at]! : char;
    }
    throw new QueryFault('unclosed-quote', column, '"');
  }

  private startsTerm(): boolean {
    if (this.isAtEnd() || this.text[this.at] === ')') return false;
    const word = this.peekKeyword();
    return word === null || word === 'not';
  }

  private peekKeyword(): string | null {
    KEYWORD.lastIndex = this.at;
    return KEYWORD.exec(this.text)?.[0].toLowerCase() ?? null;
  }

  private keyword(word: string): boolean {
    this.take(SPACE);
    if (this.peekKeyword() !== word) return false;
    this.at += word.length;
    return true;
  }

  private take(pattern: RegExp, group = 0): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return null;
    this.at = pattern.lastIndex;
    return found[group]!;
  }
}

function check(field: string, operator: Operator, value: Value): void {
  if (operator !== '=' && operator !== '!=' && orderOf(field, value.text) === null)
    throw new QueryFault('no-number', value.column, value.text);
  if (!value.quoted && value.text.includes('/') && /(?:^|\.)ip$/.test(field) && parseNetwork(value.text) === null)
    throw new QueryFault('no-network', value.column, value.text);
}

/** A number for `<` and `>`: of `@timestamp` milliseconds since the epoch, from ISO 8601 or the like; null when it is none. */
export function orderOf(field: string, text: string): number | null {
  const plain = /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text);
  if (field !== '@timestamp') return plain ? Number(text) : null;
  const at = plain && text.length > 8 ? Number(text) : Date.parse(text);
  return Number.isNaN(at) ? null : at;
}
