/**
 * A security key in software, for tests: makes ES256 keys and signs with them, and lies as a test wants it to. Bytes as in
 * WebAuthn level 3 (6.1 authenticator data, 6.5 attestation) and CTAP2's CBOR.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** What a key is asked for, and what it should get wrong. */
export interface Wish {
  readonly challenge: string;
  readonly origin: string;
  readonly rp: string;
  /** Said instead of the count that is due. */
  readonly counter?: number;
  /** The finger or the PIN was checked; yes unless said. */
  readonly verified?: boolean;
  readonly type?: string;
  readonly userHandle?: string | null;
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const sha256 = (bytes: string | Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** One passkey. */
export class SoftKey {
  readonly id = randomBytes(32);
  counter = 0;
  handle = '';
  private readonly pair: { publicKey: KeyObject; privateKey: KeyObject } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
  });

  /** Answers navigator.credentials.create. */
  make(wish: Wish, handle: string): Record<string, unknown> {
    this.handle = handle;
    const { x, y } = this.pair.publicKey.export({ format: 'jwk' });
    const cose = Buffer.concat([
      Buffer.from('a5010203262001215820', 'hex'),
      Buffer.from(x!, 'base64url'),
      Buffer.from('225820', 'hex'),
      Buffer.from(y!, 'base64url'),
    ]);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.id.length);
    const data = Buffer.concat([this.data(wish, 0x40), Buffer.alloc(16), length, this.id, cose]);
    const head = Buffer.alloc(3);
    head[0] = 0x59;
    head.writeUInt16BE(data.length, 1);
    // {"fmt": "none", "attStmt": {}, "authData": bytes}
    const attestation = Buffer.concat([
      Buffer.from('a363666d74646e6f6e656761747453746d74a068', 'hex'),
      Buffer.from('authData'),
      head,
      data,
    ]);
    return this.answer({
      clientDataJSON: base64url(clientData(wish, 'webauthn.create')),
      attestationObject: base64url(attestation),
      transports: ['internal'],
    });
  }

  /** Answers navigator.credentials.get. */
  use(wish: Wish): Record<string, unknown> {
    this.counter = wish.counter ?? this.counter + 1;
    const data = this.data(wish, 0);
    const client = clientData(wish, 'webauthn.get');
    const signature = sign('sha256', Buffer.concat([data, sha256(client)]), this.pair.privateKey);
    const handle = wish.userHandle === undefined ? this.handle : wish.userHandle;
    return this.answer({
      clientDataJSON: base64url(client),
      authenticatorData: base64url(data),
      signature: base64url(signature),
      ...(handle === null ? {} : { userHandle: handle }),
    });
  }

  private answer(response: object): Record<string, unknown> {
    const id = base64url(this.id);
    return { id, rawId: id, type: 'public-key', response, clientExtensionResults: {} };
  }

  private data(wish: Wish, flags: number): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.counter);
    const seen = 0x01 | (wish.verified === false ? 0 : 0x04);
    return Buffer.concat([sha256(wish.rp), Buffer.from([seen | flags]), counter]);
  }
}

function clientData({ type, challenge, origin }: Wish, usual: string): Buffer {
  return Buffer.from(JSON.stringify({ type: type ?? usual, challenge, origin, crossOrigin: false }));
}
