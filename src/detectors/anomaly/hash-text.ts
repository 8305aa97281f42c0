/** Hashes of values, never kept text: a table of numbers holds no chunk of a log alive. */

const MAX_HASHED = 256;

/** 32 bits over the first 256 characters and the length, never 0. */
export function hashText(text: string): number {
  const end = Math.min(text.length, MAX_HASHED);
  let hash = 0x811c9dc5 ^ text.length;
  for (let i = 0; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b3c6d) | 1;
}

/** Where the number of an address is put. */
export interface AddressKey {
  addressHash: number;
  /** No two addresses have this number: it need not be asked whether the texts are the same. */
  isExact: boolean;
}

/** The number of an address in canonical text: for IPv4 that of its 32 bits, 0 for 0.0.0.0; for others a hash of the text. */
export function readAddress(text: string, out: AddressKey): void {
  let bits = 0;
  let part = 0;
  let parts = text.length < 16 ? 1 : 0;
  for (let i = 0; parts > 0 && i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit >= 0 && digit < 10) part = part * 10 + digit;
    else if (digit === -2 && part < 256) {
      bits = (bits << 8) | part;
      part = 0;
      parts++;
    } else parts = 0;
  }
  out.isExact = parts === 4 && part < 256;
  out.addressHash = out.isExact ? stirred((bits << 8) | part) : hashText(text);
}

/** 32 bits mixed so that none are lost: different ones stay different (Wellons, hash prospector). */
function stirred(bits: number): number {
  const half = Math.imul(bits ^ (bits >>> 16), 0x7feb352d);
  const most = Math.imul(half ^ (half >>> 15), 0x846ca68b);
  return most ^ (most >>> 16);
}

/** Two hashes as one key: a whole number of 53 bits other than 0, in which their order counts. */
export function joinHashes(a: number, b: number): number {
  const low = Math.imul(a ^ (b >>> 16), 0x7feb352d) ^ b;
  const high = Math.imul(b ^ (a << 9), 0x846ca68b) ^ (a >>> 7);
  return (low >>> 0) * 2_097_152 + ((high >>> 0) & 2_097_151) + 1;
}

/** The network of an address as text that is hashed: the first three numbers (IPv4), the first three groups (IPv6). */
export function hashNetwork(address: string): number {
  let parts = 0;
  const colon = address.indexOf(':') >= 0;
  let end = 0;
  for (; end < address.length; end++) {
    const code = address.charCodeAt(end);
    if (code !== (colon ? 58 : 46)) continue;
    parts++;
    if (parts === 3 || (colon && address.charCodeAt(end + 1) === 58)) break;
  }
  let hash = 0x9747b28c;
  for (let i = 0; i < end; i++) hash = Math.imul(hash ^ address.charCodeAt(i), 0x01000193);
  return Math.imul(hash ^ (hash >>> 13), 0x5bd1e995) | 1;
}
