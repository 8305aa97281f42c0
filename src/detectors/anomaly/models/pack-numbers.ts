/** Typed arrays as text and back: base64 of their little-endian bytes, which is what every machine that Node runs on uses. */

type Numbers = Float64Array | Float32Array | Int32Array | Uint32Array | Uint16Array | Uint8Array;

/** The bytes of an array as base64. */
export function packNumbers(numbers: Numbers): string {
  return Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString('base64');
}

/** The array again, as a copy of its own. A text cut short gives fewer numbers. */
export function unpackNumbers<Kind extends Numbers>(
  text: string,
  kind: { new (buffer: ArrayBuffer, offset: number, length: number): Kind; readonly BYTES_PER_ELEMENT: number },
): Kind {
  const bytes = new Uint8Array(Buffer.from(text, 'base64'));
  return new kind(bytes.buffer, 0, Math.floor(bytes.byteLength / kind.BYTES_PER_ELEMENT));
}
