/** The target of a request as an application could come to see it: decoded in bounded rounds, lower case, for matching only. */

const MAX_LOOKED_AT = 8192;
const MAX_ROUNDS = 3;

const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  amp: '&',
  colon: ':',
  lpar: '(',
  rpar: ')',
  sol: '/',
  tab: '\t',
  newline: '\n',
};

/**
 * Percent decoding (also double and triple, `%uXXXX`, overlong UTF-8), `+` as a blank in the query, HTML entities, lower case,
 * NULs dropped, SQL comments as a blank (or as `comment`). Linear; looks at the first 8 KiB.
 */
export function normalise(target: string, comment = ' '): string {
  let text = target.length > MAX_LOOKED_AT ? target.slice(0, MAX_LOOKED_AT) : target;
  if (text.indexOf('+') >= 0) text = plusToBlank(text);
  for (let round = 0; round < MAX_ROUNDS && text.indexOf('%') >= 0; round++) {
    const decoded = percentDecode(text);
    if (decoded === text) break;
    text = decoded;
  }
  if (text.indexOf('&') >= 0 && (text.indexOf(';') >= 0 || text.indexOf('&#') >= 0)) {
    text = decodeEntities(text);
    if (text.indexOf('%') >= 0) text = percentDecode(text);
  }
  if (text.indexOf('\\') >= 0) text = decodeEscapes(text);
  if (WIDE.test(text)) text = narrow(text);
  if (text.indexOf('\0') >= 0) text = text.replaceAll('\0', '');
  if (text.indexOf('/*') >= 0) text = dropComments(text, comment);
  return text.toLowerCase();
}

function plusToBlank(text: string): string {
  const query = text.indexOf('?');
  return query < 0 ? text : text.slice(0, query) + text.slice(query).replaceAll('+', ' ');
}

/** One round. Bytes are gathered and read as UTF-8; overlong two-byte forms of ASCII are read as the ASCII they hide. */
function percentDecode(text: string): string {
  let out = '';
  let from = 0;
  let bytes: number[] = [];
  for (let at = text.indexOf('%'); at >= 0; at = text.indexOf('%', at)) {
    if (at > from) {
      out += flush(bytes) + text.slice(from, at);
      bytes = [];
    }
    const mark = text.charCodeAt(at + 1);
    if (mark === 117 || mark === 85) {
      const code = hex(text, at + 2, 4);
      if (code >= 0) {
        out += flush(bytes) + String.fromCharCode(code >= 0xff01 && code <= 0xff5e ? code - 0xfee0 : code);
        bytes = [];
        at += 6;
        from = at;
        continue;
      }
    }
    const byte = hex(text, at + 1, 2);
    if (byte < 0) {
      out += `${flush(bytes)}%`;
      bytes = [];
      at += 1;
    } else {
      bytes.push(byte);
      at += 3;
    }
    from = at;
  }
  return out + flush(bytes) + text.slice(from);
}

function flush(bytes: readonly number[]): string {
  if (bytes.length === 0) return '';
  const plain: number[] = [];
  for (let i = 0; i < bytes.length; i++) {
    const lead = bytes[i]!;
    const next = bytes[i + 1];
    if ((lead === 0xc0 || lead === 0xc1) && next !== undefined && (next & 0xc0) === 0x80) {
      plain.push(((lead & 1) << 6) | (next & 0x3f));
      i++;
    } else {
      plain.push(lead);
    }
  }
  return Buffer.from(plain).toString('utf8');
}

function hex(text: string, at: number, length: number): number {
  let value = 0;
  for (let i = at; i < at + length; i++) {
    const code = text.charCodeAt(i) | 32;
    const digit = code >= 48 && code <= 57 ? code - 48 : code >= 97 && code <= 102 ? code - 87 : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

function decodeEntities(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([a-z]{2,8}));?/gi, (whole, asHex, asDecimal, name) => {
    if (name !== undefined) return ENTITIES[(name as string).toLowerCase()] ?? whole;
    const code = asHex !== undefined ? Number.parseInt(asHex, 16) : Number(asDecimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** Escapes of scripts: `\\u003c`, `\\u{3c}`, `\\x3c`. */
function decodeEscapes(text: string): string {
  return text.replace(/\\(?:u\{0{0,4}([0-9a-f]{2})\}|u00([0-9a-f]{2})|x([0-9a-f]{2}))/gi, (whole, braced, four, two) =>
    printable(Number.parseInt(braced ?? four ?? two, 16), whole),
  );
}

function printable(code: number, whole: string): string {
  return code < 32 ? whole : String.fromCharCode(code);
}

/** Fullwidth forms of ASCII, typographic quotes, which many databases read as plain ones, and characters without width. */
const WIDE = /[\uff01-\uff5e\u2018-\u201f\u02b9-\u02bc\u2032\u2033\u200b-\u200f\u202a-\u202e\u2060\ufeff]/;

function narrow(text: string): string {
  return text.replace(
    /[\uff01-\uff5e\u2018-\u201f\u02b9-\u02bc\u2032\u2033\u200b-\u200f\u202a-\u202e\u2060\ufeff]/g,
    (ch) => {
      const code = ch.charCodeAt(0);
      if ((code >= 0x201c && code <= 0x201f) || code === 0x2033) return '"';
      if ((code >= 0x2018 && code <= 0x201b) || (code >= 0x2b9 && code <= 0x2bc) || code === 0x2032) return "'";
      return code >= 0xff01 && code <= 0xff5e ? String.fromCharCode(code - 0xfee0) : '';
    },
  );
}

/** `un/**\/ion` and `union/**\/select`: the first is joined by nobody but MySQL's versioned form, so a blank serves both. */
function dropComments(text: string, comment: string): string {
  let out = '';
  let from = 0;
  for (;;) {
    const open = text.indexOf('/*', from);
    if (open < 0) return out + text.slice(from);
    const close = text.indexOf('*/', open + 2);
    if (close < 0) return out + text.slice(from);
    // MySQL runs what stands in /*! ... */
    const inner = text.charCodeAt(open + 2) === 33 ? text.slice(open + 3, close).replace(/^\d{1,6}/, '') : '';
    out += `${text.slice(from, open)}${comment}${inner}${comment}`;
    from = close + 2;
  }
}
