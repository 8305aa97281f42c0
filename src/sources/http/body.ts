/** Reads the body of a request within bounds, before and after unpacking. */
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { unsnap } from './snappy.ts';

/** Why a request is not taken: a status and words for the sender. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Bytes that all requests together may hold. */
export interface Budget {
  left: number;
}

const gunzip = promisify<Buffer, { maxOutputLength: number }, Buffer>(zlib.gunzip as never);
const inflate = promisify<Buffer, { maxOutputLength: number }, Buffer>(zlib.inflate as never);

/** The unpacked body. Throws Refused. `release` gives the bytes back to the budget. */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
  budget: Budget,
): Promise<{ readonly bytes: Buffer; release(): void }> {
  let held = 0;
  const hold = (size: number): void => {
    if (size > budget.left) throw new Refused(429, 'too much is on its way already');
    budget.left -= size;
    held += size;
  };
  const release = (): void => {
    budget.left += held;
    held = 0;
  };
  try {
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      hold(chunk.length);
      chunks.push(chunk);
    }
    const packed = Buffer.concat(chunks);
    const bytes = await unpack(packed, request, maxBytes);
    if (bytes !== packed) hold(bytes.length);
    return { bytes, release };
  } catch (error) {
    release();
    throw error;
  }
}

async function unpack(packed: Buffer, { headers }: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const bound = { maxOutputLength: maxBytes };
  try {
    switch (encoding) {
      case 'identity':
      case '':
        return packed;
      case 'gzip':
        return await gunzip(packed, bound);
      case 'deflate':
        return await inflate(packed, bound);
      case 'snappy':
        return unsnap(packed, maxBytes);
      case 'zstd':
        if (typeof zlib.zstdDecompress === 'function')
          return await promisify<Buffer, { maxOutputLength: number }, Buffer>(zlib.zstdDecompress as never)(
            packed,
            bound,
          );
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' || error instanceof RangeError)
      throw tooLarge(maxBytes);
    throw new Refused(400, `the body is no ${encoding}: ${(error as Error).message}`);
  }
  throw new Refused(415, `content-encoding ${encoding.slice(0, 40)} is not known; send gzip, zstd or none`);
}

function tooLarge(maxBytes: number): Refused {
  return new Refused(413, `more than ${maxBytes} bytes (max_body)`);
}
