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
