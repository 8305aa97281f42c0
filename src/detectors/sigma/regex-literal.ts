/** The longest text that every match of a regular expression must hold, so that most values never meet the engine. */

/** Lower-case ASCII text that the folded value must contain, or null when the expression promises none. */
export function requiredLiteral(source: string, insensitive: boolean): string | null {
  if (/\(\?(?!:)|\\Q/.test(source)) return null;
  let best = '';
  let run = '';
  const cut = (): void => {
    if (run.length > best.length) best = run;
    run = '';
  };
  for (let i = 0; i < source.length; ) {
    const ch = source[i]!;
    if (ch === '|') return null;
    if (ch === '?' || ch === '*' || ch === '{') {
      // The character before it may be missing.
      run = run.slice(0, -1);
      cut();
      i = ch === '{' ? after(source, i, '}') : i + 1;
    } else if (ch === '[') {
      cut();
      i = afterClass(source, i);
    } else if (ch === '(') {
      cut();
      i = afterGroup(source, i);
    } else if (ch === '\\' && /[^\w\s]/.test(source[i + 1] ?? '')) {
      run += source[i + 1]!;
      i += 2;
    } else if (ch === '\\') {
      cut();
      i = afterEscape(source, i);
    } else if (/[\^$.+)]/.test(ch) || !isPlain(ch, insensitive)) {
      cut();
      i++;
    } else {
      run += ch.toLowerCase();
      i++;
    }
  }
  cut();
  return best.length >= 2 ? best : null;
}

/** In expressions without case, k and s also stand for letters outside ASCII. */
function isPlain(ch: string, insensitive: boolean): boolean {
  return ch.charCodeAt(0) < 128 && !(insensitive && /[ks]/i.test(ch));
}

function after(source: string, start: number, end: string): number {
  const at = source.indexOf(end, start);
  return at < 0 ? source.length : at + 1;
}

function afterEscape(source: string, start: number): number {
  const ch = source[start + 1] ?? '';
  if ((ch === 'x' || ch === 'p' || ch === 'P' || ch === 'u') && source[start + 2] === '{')
    return after(source, start, '}');
  if (ch === 'x') return start + 4;
  if (ch === 'u') return start + 6;
  if (ch === 'p' || ch === 'P') return start + 3;
  if (/\d/.test(ch)) {
    let at = start + 2;
    while (/\d/.test(source[at] ?? '')) at++;
    return at;
  }
  return start + 2;
}

function afterClass(source: string, start: number): number {
  let at = start + 1;
  if (source[at] === '^') at++;
  if (source[at] === ']') at++;
  for (; at < source.length && source[at] !== ']'; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === '[' && source[at + 1] === ':') at = after(source, at, ':]') - 1 + 1;
  }
  return at + 1;
}

function afterGroup(source: string, start: number): number {
  let depth = 0;
  for (let at = start; at < source.length; ) {
    const ch = source[at]!;
    if (ch === '\\') at += 2;
    else if (ch === '[') at = afterClass(source, at);
    else {
      if (ch === '(') depth++;
      if (ch === ')' && --depth === 0) return at + 1;
      at++;
    }
  }
  return source.length;
}
