/** Windows events as XML (Microsoft's Event schema): the system part and the named data, without an XML parser. */
const MAX_DATA = 128;
const MAX_LINE = 65_536;

/** The values of `<Event>`: `eventid`, `computer`, `systemtime` and every `<Data Name=...>` by its lower-case name. Null when it is none. */
export function readXmlEvent(text: string): ReadonlyMap<string, string> | null {
  const body = text.length > MAX_LINE ? text.slice(0, MAX_LINE) : text;
  const values = new Map<string, string>();
  for (const name of ['EventID', 'Computer', 'Channel', 'Level']) {
    const value = element(body, name);
    if (value !== null) values.set(name.toLowerCase(), value);
  }
  if (!values.has('eventid')) return null;
  const stamp = attribute(body, body.indexOf('<TimeCreated'), 'SystemTime');
  if (stamp !== null) values.set('@timestamp', stamp);
  let at = body.indexOf('<Data Name=');
  while (at >= 0 && values.size < MAX_DATA) {
    const name = attribute(body, at, 'Name');
    const open = body.indexOf('>', at);
    const close = open < 0 ? -1 : body.indexOf('<', open);
    if (name === null || close < 0) break;
    if (body.charCodeAt(open - 1) !== 47) values.set(name.toLowerCase(), unescapeXml(body.slice(open + 1, close)));
    at = body.indexOf('<Data Name=', close);
  }
  return values;
}

function element(text: string, name: string): string | null {
  const start = text.indexOf(`<${name}`);
  const open = start < 0 ? -1 : text.indexOf('>', start);
  const close = open < 0 ? -1 : text.indexOf('<', open);
  return close < 0 ? null : unescapeXml(text.slice(open + 1, close));
}

function attribute(text: string, at: number, name: string): string | null {
  const start = at < 0 ? -1 : text.indexOf(`${name}=`, at);
  if (start < 0) return null;
  const from = start + name.length + 2;
  const end = text.indexOf(text[from - 1]!, from);
  return end < 0 ? null : text.slice(from, end);
}

function unescapeXml(text: string): string {
  if (!text.includes('&')) return text;
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}
