/** Under which names passkeys work: the configured public address and localhost. A browser makes none for a bare address. */
import { isIP } from 'node:net';
import { fail } from '../../kit/errors.ts';
import type { ApiSettings } from '../ports.ts';

/** What a passkey is bound to (WebAuthn level 3, 5.1.3 and 13.4.9). */
export interface Site {
  /** RP ID: the name of the page. */
  readonly rp: string;
  /** Scheme, name and port, as the browser tells them. */
  readonly origin: string;
}

type Settings = Pick<ApiSettings, 'hosts' | 'publicUrl' | 'tls'>;

/** The site that a page at `origin` belongs to, served on `port`. Throws API_PASSKEY_PLACE with what to do instead. */
export function siteOf(origin: string | null, port: number, settings: Settings): Site {
  const url = origin === null ? null : URL.parse(origin);
  const way = `open it as ${localhost(port, settings)}, through an SSH tunnel to the same port, or set http.public_url to the https:// address it has`;
  if (origin === null || url === null)
    return fail('API_PASSKEY_PLACE', { message: 'only a page in a browser can ask for a passkey' });
  const name = url.hostname;
  if (isIP(name.replace(/^\[|\]$/g, '')) !== 0)
    fail('API_PASSKEY_PLACE', { message: 'a browser makes no passkey for a page under a bare address', hint: way });
  if (url.protocol !== 'https:' && name !== 'localhost')
    fail('API_PASSKEY_PLACE', { message: 'a browser makes passkeys over HTTPS only', hint: way });
  if (!originsOf(port, settings).includes(url.origin))
    fail('API_PASSKEY_PLACE', { message: 'passkeys are not set up for this address of the page', hint: way });
  return { rp: name, origin: url.origin };
}

/** Every origin under which the page is to be found. */
function originsOf(port: number, settings: Settings): readonly string[] {
  const named = settings.hosts.flatMap((name) => [
    `https://${name}`,
    ...(settings.tls === null ? [] : [`https://${name}:${port}`]),
  ]);
  const all = [localhost(port, settings), ...named, ...(settings.publicUrl === null ? [] : [settings.publicUrl])];
  return all.flatMap((each) => URL.parse(each)?.origin ?? []);
}

function localhost(port: number, settings: Settings): string {
  return `${settings.tls === null ? 'http' : 'https'}://localhost:${port}`;
}
