/** The condition language: `selection and not 1 of filter_*`. Obsolete pipe aggregations are refused with what replaces them. */
import type { Condition } from './ast.ts';

/** Thrown with a plain message; the caller adds the place. */
export class ConditionError extends Error {
  readonly hint: string | null;

  constructor(message: string, hint: string | null = null) {
    super(message);
    this.hint = hint;
  }
}

const MAX_DEPTH = 64;

/** Parses a condition over the given identifiers. Throws ConditionError. */
export function parseCondition(text: string, names: readonly string[]): Condition {
  if (text.includes('|')) throw new ConditionError('a condition has no pipe', 'write a correlation document instead');
  const tokens = text.match(/\(|\)|[^\s()]+/g) ?? [];
  let at = 0;

  function expression(depth: number): Condition {
    if (depth > MAX_DEPTH) throw new ConditionError('the condition is nested too deeply');
    const parts = [conjunction(depth)];
    while (tokens[at]?.toLowerCase() === 'or') {
      at++;
      parts.push(conjunction(depth));
    }
    return parts.length === 1 ? parts[0]! : { op: 'or', of: parts };
  }

  function conjunction(depth: number): Condition {
    const parts = [negation(depth)];
    while (tokens[at]?.toLowerCase() === 'and') {
      at++;
      parts.push(negation(depth));
    }
    return parts.length === 1 ? parts[0]! : { op: 'and', of: parts };
  }

  function negation(depth: number): Condition {
    if (tokens[at]?.toLowerCase() === 'not') {
      at++;
      return { op: 'not', of: negation(depth + 1) };
    }
    return primary(depth);
  }

  function primary(depth: number): Condition {
    const token = tokens[at++];
    if (token === undefined) throw new ConditionError('the condition ends too early');
    if (token === '(') {
      const inner = expression(depth + 1);
      if (tokens[at++] !== ')') throw new ConditionError('a closing parenthesis is missing in the condition');
      return inner;
    }
    if (token === ')') throw new ConditionError('the condition has a closing parenthesis too many');
    if (tokens[at]?.toLowerCase() === 'of') return quantified(token.toLowerCase());
    if (!names.includes(token))
      throw new ConditionError(
        `the condition names \`${token}\`, but detection has no such search (it has: ${names.join(', ')})`,
      );
    return { op: 'search', name: token };
  }

  function quantified(quantity: string): Condition {
    at++;
    if (quantity !== '1' && quantity !== 'any' && quantity !== 'all') {
      throw new ConditionError(`\`${quantity} of\` is no Sigma quantifier; use \`1 of\` or \`all of\``);
    }
    const pattern = tokens[at++];
    if (pattern === undefined) throw new ConditionError('the condition ends after `of`');
    const chosen =
      pattern.toLowerCase() === 'them'
        ? names.filter((name) => !name.startsWith('_'))
        : names.filter((name) => matchesPattern(name, pattern));
    if (chosen.length === 0)
      throw new ConditionError(`\`of ${pattern}\` matches no search of this rule (it has: ${names.join(', ')})`);
    const of = chosen.map((name): Condition => ({ op: 'search', name }));
    return of.length === 1 ? of[0]! : { op: quantity === 'all' ? 'and' : 'or', of };
  }

  const parsed = expression(0);
  if (at < tokens.length) throw new ConditionError(`the condition goes on with \`${tokens[at]}\` where it should end`);
  return parsed;
}

/** The searches a condition asks for. */
export function namesUsed(condition: Condition): Set<string> {
  if (condition.op === 'search') return new Set([condition.name]);
  if (condition.op === 'not') return namesUsed(condition.of);
  return new Set(condition.of.flatMap((part) => [...namesUsed(part)]));
}

/** Whether a condition is true when nothing it names has matched. */
export function holdsWithout(condition: Condition): boolean {
  if (condition.op === 'search') return false;
  if (condition.op === 'not') return !holdsWithout(condition.of);
  return condition.op === 'and' ? condition.of.every(holdsWithout) : condition.of.some(holdsWithout);
}

/** `selection_*`: a star stands for any text. */
function matchesPattern(name: string, pattern: string): boolean {
  const parts = pattern.split('*');
  if (parts.length === 1) return name === pattern;
  let at = 0;
  for (const [index, part] of parts.entries()) {
    if (index === 0) {
      if (!name.startsWith(part)) return false;
      at = part.length;
    } else if (index === parts.length - 1) {
      return name.length - part.length >= at && name.endsWith(part);
    } else {
      const found = name.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
  }
  return true;
}
