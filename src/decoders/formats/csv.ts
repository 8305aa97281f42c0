/** One record of comma-separated values (RFC 4180), bounded. */
const MAX_COLUMNS = 256;
const MAX_LINE = 65_536;

/** The values of a record; a quote inside quotes is doubled. */
export function readCsv(text: string): string[] {
  const row: string[] = [];
  const end = Math.min(text.length, MAX_LINE);
  let at = 0;
  while (at <= end && row.length < MAX_COLUMNS) {
    if (text.charCodeAt(at) === 34) {
      let value = '';
      let from = ++at;
      for (; at < end; at++) {
        if (text.charCodeAt(at) !== 34) continue;
        if (text.charCodeAt(at + 1) !== 34) break;
        value += text.slice(from, ++at);
        from = at + 1;
      }
      row.push(value + text.slice(from, at));
      const comma = text.indexOf(',', at);
      at = comma < 0 ? end + 1 : comma + 1;
    } else {
      const comma = text.indexOf(',', at);
      const stop = comma < 0 || comma > end ? end : comma;
      row.push(text.slice(at, stop).trim());
      at = stop + 1;
    }
  }
  return row;
}
