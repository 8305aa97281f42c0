/** `[name:"value"; name:"value"; ...]`: what Check Point's Log Exporter writes for syslog; quotes and brackets in a value are escaped. */
const MAX_VALUES = 256;
const MAX_NAME = 64;

/** The values of a text that begins with such a bracket, by name in lower case; null for other text. A name's first value counts. */
export function readBrackets(text: string): ReadonlyMap<string, string> | null {
  if (text.charCodeAt(0) !== 91) return null;
  const values = new Map<string, string>();
  let at = 1;
  while (at < text.length && values.size < MAX_VALUES) {
    while (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 59) at++;
    const colon = text.indexOf(':', at);
    if (colon <= at || colon - at > MAX_NAME || !/^[\w-]+$/.test(text.slice(at, colon))) break;
    // Names that hold a colon write two.
    const open = text.charCodeAt(colon + 1) === 58 ? colon + 2 : colon + 1;
    if (text.charCodeAt(open) !== 34) break;
    let end = open + 1;
    while (end < text.length && text.charCodeAt(end) !== 34) end += text.charCodeAt(end) === 92 ? 2 : 1;
    const name = text.slice(at, colon).toLowerCase();
    if (!values.has(name)) values.set(name, text.slice(open + 1, end));
    at = end + 1;
  }
  return values.size < 3 ? null : values;
}
