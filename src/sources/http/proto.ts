/** Reads Protocol Buffers on the wire (protobuf.dev, Encoding): fields by number, without generated code. */

/** One field. Numbers of 64 bits are bigint. */
export interface ProtoField {
  readonly number: number;
  readonly value: Uint8Array | bigint;
}

/** The fields of a message in order. Throws Error for bytes that are none. */
export function* protoFields(bytes: Buffer): Generator<ProtoField> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) break;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw new Error('a number has no end');
  };
  const fixed = (size: 4 | 8): bigint => {
    if (at + size > bytes.length) throw new Error('cut short');
    at += size;
    return size === 8 ? bytes.readBigUInt64LE(at - 8) : BigInt(bytes.readUInt32LE(at - 4));
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const number = Math.floor(key / 8);
    switch (key & 7) {
      case 0:
        yield { number, value: varint() };
        break;
      case 1:
        yield { number, value: fixed(8) };
        break;
      case 5:
        yield { number, value: fixed(4) };
        break;
      case 2: {
        const length = Number(varint());
        if (at + length > bytes.length) throw new Error('cut short');
        at += length;
        yield { number, value: bytes.subarray(at - length, at) };
        break;
      }
      default:
        throw new Error('an unknown kind of field');
    }
  }
}

/** The messages of a repeated field. */
export function* protoMessages(bytes: Buffer, wanted: number): Generator<Buffer> {
  for (const { number, value } of protoFields(bytes))
    if (number === wanted && typeof value !== 'bigint') yield asBuffer(value);
}

/** The last value of a field as text; empty where there is none. */
export function protoText(bytes: Buffer, wanted: number): string {
  let text = '';
  for (const part of protoMessages(bytes, wanted)) text = part.toString('utf8');
  return text;
}

/** The same bytes as a Buffer. */
export function asBuffer(value: Uint8Array): Buffer {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
