/** Texts that every match of a regular expression must hold, so that most values never meet the engine. */

/** The expression without flags at its beginning; null where it uses more than is understood here. */
export function plainBody(source: string): string | null {
  const body = source.replace(/^\(\?[ims]+\)/, '');
  return /\(\?(?!:)|\\Q/.test(body) ? null : body;
}

/** Lower-case ASCII texts the folded value must contain one behind the other; none when the expression promises nothing. */
export function requiredRuns(source: string): string[] {
  const body = plainBody(source);
  return (body === null ? null : runsOf(body)) ?? [];
}

/** The same texts, the longest first. */
export function requiredLiterals(source: string): string[] {
  return [...new Set(requiredRuns(source))].sort((a, b) => b.length - a.length);
}

/** Whether a text holds all of some others, one behind the other. */
export function holdsInOrder(text: string, runs: readonly string[]): boolean {
  let at = 0;
  for (const run of runs) {
    const found = text.indexOf(run, at);
    if (found < 0) return false;
    at = found + run.length;
  }
  return true;
}

/** Folds a value the way the texts above were: the long s also stands for an s where case does not matter. */
export function foldForRegex(lower: string): string {
  return lower.includes('ſ') ? lower.replaceAll('ſ', 's') : lower;
}

/** Runs of letters that each match holds; null when there is a choice at the top. */
function runsOf(source: string): string[] | null {
  const runs: string[] = [];
  let run = '';
  const cut = (): void => {
    if (run !== '') runs.push(run);
    run = '';
  };
  for (let i = 0; i < source.length; ) {
    const ch = source[i]!;
    if (ch === '|') return null;
    if (ch === '?' || ch === '*' || ch === '{') {
      const repeat = ch === '{' ? /^\{\d+(?:,\d*)?\}/.exec(source.slice(i, i + 16)) : null;
      if (ch === '{' && repeat === null) return null;
      // The character before it may be missing.
      run = run.slice(0, -1);
      cut();
      i += repeat?.[0].length ?? 1;
    } else if (ch === '[') {
      const end = afterClass(source, i);
      const letter = /^\[([A-Za-z])([A-Za-z])\]$/.exec(source.slice(i, end));
      if (letter !== null && letter[1]!.toLowerCase() === letter[2]!.toLowerCase()) run += letter[1]!.toLowerCase();
      else cut();
      i = end;
    } else if (ch === '(') {
      cut();
      const end = afterGroup(source, i);
      if (!/^(?:[?*]|\{0)/.test(source.slice(end, end + 2)))
        runs.push(...(runsOf(source.slice(i + (source.startsWith('(?:', i) ? 3 : 1), end - 1)) ?? []));
      i = end;
    } else if (ch === '\\' && /[^\w\s]/.test(source[i + 1] ?? '') && source.charCodeAt(i + 1) < 128) {
      run += source[i + 1]!;
      i += 2;
    } else if (ch === '\\') {
      cut();
      i = afterEscape(source, i);
    } else if (/[\^$.+)]/.test(ch) || ch.charCodeAt(0) > 127) {
      cut();
      i++;
    } else {
      run += ch.toLowerCase();
      i++;
    }
  }
  cut();
  return runs;
}

function after(source: string, start: number, end: string): number {
  const at = source.indexOf(end, start);
  return at < 0 ? source.length : at + end.length;
}

/** Index behind an escape. */
export function afterEscape(source: string, start: number): number {
  const ch = source[start + 1] ?? '';
  if (/[xpPu]/.test(ch) && source[start + 2] === '{') return after(source, start, '}');
  if (ch === 'x') return start + 4;
  if (ch === 'u') return start + 6;
  if (ch === 'p' || ch === 'P') return start + 3;
  let at = start + 2;
  if (/\d/.test(ch)) while (/\d/.test(source[at] ?? '')) at++;
  return at;
}

/** Index behind a class in brackets. */
export function afterClass(source: string, start: number): number {
  let at = start + 1;
  if (source[at] === '^') at++;
  if (source[at] === ']') at++;
  while (at < source.length && source[at] !== ']') {
    if (source[at] === '\\') at += 2;
    else if (source[at] === '[' && source[at + 1] === ':') at = after(source, at, ':]');
    else at++;
  }
  return at + 1;
}

/** Index behind a group. */
export function afterGroup(source: string, start: number): number {
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
