/** `key=value key="quoted value"` pairs (logfmt, appliances) and the extensions of CEF and LEEF. */
const MAX_PAIRS = 256;

/** The pairs of a text, and the names whose values no quotes enclose: whoever chose such a value may have added pairs. */
export function readOpenPairs(text: string): { values: ReadonlyMap<string, string>; bare: ReadonlySet<string> } {
  const bare = new Set<string>();
  return { values: readPairs(text, 0, bare), bare };
}

/** The pairs of a text. A name with two different values has none: one of them may be a remote side's imitation. */
export function readPairs(text: string, start = 0, bare?: Set<string>): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let at = start;
  while (at < text.length && values.size < MAX_PAIRS) {
    while (isGap(text.charCodeAt(at))) at++;
    const nameStart = at;
    while (at < text.length && isName(text.charCodeAt(at))) at++;
    if (text.charCodeAt(at) !== 61 || at === nameStart) {
      while (at < text.length && !isGap(text.charCodeAt(at))) at++;
      continue;
    }
    const name = text.slice(nameStart, at).toLowerCase();
    const valueStart = ++at;
    if (text.charCodeAt(at) === 34) {
      at++;
      while (at < text.length && text.charCodeAt(at) !== 34) at += text.charCodeAt(at) === 92 ? 2 : 1;
      keep(values, name, text.slice(valueStart + 1, at));
      at++;
    } else {
      while (at < text.length && !isGap(text.charCodeAt(at))) at++;
      keep(values, name, text.slice(valueStart, at));
      bare?.add(name);
    }
  }
  return values;
}

/** `Name: value, Name: value`, as Cisco's security events write; a value runs to the next comma before a name. */
export function readColons(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let name = '';
  let from = 0;
  let token = 0;
  for (let at = 0; at < text.length && values.size < MAX_PAIRS; at++) {
    const code = text.charCodeAt(at);
    if (code === 44 && text.charCodeAt(at + 1) === 32) token = at + 2;
    else if (code === 58 && text.charCodeAt(at + 1) === 32 && at > token && allName(text, token, at)) {
      if (name !== '') keep(values, name, text.slice(from, Math.max(from, token - 2)));
      name = text.slice(token, at).toLowerCase();
      from = at + 2;
      token = text.length + 1;
    }
  }
  if (name !== '') keep(values, name, text.slice(from).trimEnd());
  return values;
}

/** `Long Name=value, Other-Name=value`, as Cisco's identity server writes; a value runs to the next comma and blank, escaped ones aside. */
export function readCommas(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let from = 0;
  while (from < text.length && values.size < MAX_PAIRS) {
    let comma = text.indexOf(', ', from);
    while (comma > from && text.charCodeAt(comma - 1) === 92) comma = text.indexOf(', ', comma + 1);
    const end = comma < 0 ? text.length : comma;
    const equals = text.indexOf('=', from);
    if (equals > from && equals < end && equals - from <= 64)
      keep(values, text.slice(from, equals).trim().toLowerCase(), text.slice(equals + 1, end).replace(/,$/, ''));
    from = end + 2;
  }
  return values;
}

/** CEF's extension: values run to the next ` name=`, blanks and escapes inside. */
export function readExtension(text: string, start: number, separator: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let name = '';
  let from = start;
  let token = start;
  for (let at = start; at <= text.length && values.size < MAX_PAIRS; at++) {
    if (text[at] === '\\') {
      at++;
    } else if (text[at] === '=' && at > token && allName(text, token, at)) {
      if (name !== '') keep(values, name, text.slice(from, Math.max(from, token - 1)));
      name = text.slice(token, at).toLowerCase();
      from = at + 1;
      token = text.length + 1;
    } else if (text[at] === separator) token = at + 1;
  }
  if (name !== '') keep(values, name, text.slice(from));
  return values;
}

function keep(values: Map<string, string>, name: string, value: string): void {
  const known = values.get(name);
  if (known === undefined) values.set(name, value);
  else if (known !== value) values.set(name, '');
}

function allName(text: string, from: number, to: number): boolean {
  if (to - from > 64) return false;
  for (let at = from; at < to; at++) if (!isName(text.charCodeAt(at))) return false;
  return true;
}

function isGap(code: number): boolean {
  return code === 32 || code === 9 || code === 44 || code === 59;
}

function isName(code: number): boolean {
  const lower = code | 32;
  return (lower >= 97 && lower <= 122) || (code >= 48 && code <= 57) || code === 95 || code === 46 || code === 45;
}
