/** Undoes the escapes servers write into quoted log values: `\xHH`, `\"`, `\\`, `\n`, `\t`. */

/** The text the client sent, as far as the log kept it. Bytes above 0x7f are read as UTF-8. */
export function unescapeLog(raw: string): string {
  let out = '';
  let bytes: number[] = [];
  const flush = (): void => {
    if (bytes.length > 0) out += Buffer.from(bytes).toString('utf8');
    bytes = [];
  };
  for (let i = 0; i < raw.length; i++) {
    const ch = raw[i]!;
    if (ch !== '\\') {
      flush();
      out += ch;
      continue;
    }
    const next = raw[i + 1];
    if (next === 'x') {
      const byte = Number.parseInt(raw.slice(i + 2, i + 4), 16);
      if (!Number.isNaN(byte) && i + 3 < raw.length) {
        bytes.push(byte);
        i += 3;
        continue;
      }
    }
    flush();
    if (next === '"' || next === '\\') out += next;
    else if (next === 'n') out += '\n';
    else if (next === 'r') out += '\r';
    else if (next === 't') out += '\t';
    else {
      out += ch;
      continue;
    }
    i++;
  }
  flush();
  return out;
}
