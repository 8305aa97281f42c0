/** Where a source listens: `host:port`, loopback unless peers are named. */
import { z } from 'zod';
import { parseNetwork } from '../../kit/cidr.ts';

/** A setting `host:port` or `[address]:port`. */
export const listenSetting = z
  .string()
  .regex(/^(?:\[[0-9a-f:.]+\]|[^:\s]+):\d{1,5}$/i, 'write host:port, e.g. 127.0.0.1:5514 or [::]:6514');

/** A setting that lists addresses or networks. */
export const networksSetting = z
  .array(z.string().refine((text) => parseNetwork(text) !== null, 'write an address or a network, e.g. 192.0.2.0/24'))
  .max(1024);

/** Host and port of such a setting; port 0 lets the kernel choose. */
export function parseListen(text: string): { readonly host: string; readonly port: number } {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}

/** True when only this machine can reach it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** What to do about a port that cannot be opened, in words. */
export function whyNotListening(error: unknown, listen: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `${listen} is taken by another program (see \`ss -lnp\`)`;
  if (code === 'EACCES')
    return `no permission to listen on ${listen}: take a port above 1023, or give the service CAP_NET_BIND_SERVICE`;
  if (code === 'EADDRNOTAVAIL') return `${listen} is no address of this machine`;
  return `cannot listen on ${listen}: ${message}`;
}
