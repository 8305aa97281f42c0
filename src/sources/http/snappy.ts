/** The Snappy block format (google/snappy, format_description.txt), read only: Loki's clients pack with it. */

/** The unpacked bytes. Throws RangeError beyond the bound, Error for bytes that are none. */
export function unsnap(bytes: Buffer, maxBytes: number): Buffer {
  let at = 0;
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    if (byte === undefined || shift > 28) throw new Error('no length');
    length += (byte & 127) * 2 ** shift;
    if (byte < 128) break;
  }
  if (length > maxBytes) throw new RangeError('too long');
  const out = Buffer.alloc(length);
  let to = 0;
  const number = (size: number): number => {
    if (at + size > bytes.length) throw new Error('cut short');
    at += size;
    return bytes.readUIntLE(at - size, size);
  };
  while (at < bytes.length) {
    const tag = bytes[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      const short = tag >> 2;
      const size = (short < 60 ? short : number(short - 59)) + 1;
      if (at + size > bytes.length || to + size > length) throw new Error('a literal is too long');
      bytes.copy(out, to, at, at + size);
      at += size;
      to += size;
      continue;
    }
    const size = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const back = kind === 1 ? (tag >> 5) * 256 + number(1) : number(kind === 2 ? 2 : 4);
    if (back === 0 || back > to || to + size > length) throw new Error('a copy from nowhere');
    // One by one: what is copied may be what this copy writes.
    for (let i = 0; i < size; i++) out[to + i] = out[to + i - back]!;
    to += size;
  }
  if (to !== length) throw new Error('cut short');
  return out;
}
