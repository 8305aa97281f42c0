/** Sigma's value transformations: base64, base64offset, UTF-16 and windash. */

/** UTF-16 little endian as a string of byte characters, as it stands in a log of bytes. */
export function utf16le(value: string): string {
  return Buffer.from(value, 'utf16le').toString('latin1');
}

/** UTF-16 big endian. */
export function utf16be(value: string): string {
  return Buffer.from(value, 'utf16le').swap16().toString('latin1');
}

/** Base64 of the value; byte characters stay bytes. */
export function base64(value: string): string {
  return bytesOf(value).toString('base64');
}

/** The three forms in which the value can stand inside longer base64 text. */
export function base64offsets(value: string): string[] {
  const bytes = bytesOf(value);
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const end = [0, -3, -2][(bytes.length + offset) % 3]!;
    return encoded.slice([0, 2, 3][offset], end === 0 ? undefined : end);
  });
}

/** `-x` also as `/x` and with the three long dashes. */
export function windash(value: string): string[] {
  const marks = ['-', '/', '–', '—', '―'];
  const at = value.search(/(?<=^|\s)[-/–—―](?=\S)/);
  if (at < 0) return [value];
  return [
    ...new Set(marks.map((mark) => value.replace(/(^|\s)[-/–—―](?=\S)/g, (_, blank: string) => `${blank}${mark}`))),
  ];
}

function bytesOf(value: string): Buffer {
  // A transformation before (utf16le) has made byte characters; anything else is UTF-8.
  return [...value].every((ch) => ch.charCodeAt(0) < 256) ? Buffer.from(value, 'latin1') : Buffer.from(value, 'utf8');
}
