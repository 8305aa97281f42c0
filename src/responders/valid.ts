/** Tells addresses from what is none, the same way for every responder. */
import { type Network, parseNetwork } from '../kit/cidr.ts';
import { AppError } from '../kit/errors.ts';
import type { ApplyResult } from './responder.ts';

/** Items whose `ip` is an address or network, and the answers for those that are not. */
export function sortOut<T extends { readonly ip: string }>(
  items: readonly T[],
): { valid: { item: T; network: Network }[]; refused: ApplyResult[] } {
  const valid: { item: T; network: Network }[] = [];
  const refused: ApplyResult[] = [];
  for (const item of items) {
    const network = parseNetwork(item.ip);
    if (network === null) refused.push(noAddress(item.ip));
    else valid.push({ item, network });
  }
  return { valid, refused };
}

/** The answer for a text that is no address. */
export function noAddress(ip: string): ApplyResult {
  return {
    ip,
    ok: false,
    error: new AppError('RESPONDER_NO_ADDRESS', { message: `\`${ip}\` is no address or network` }),
  };
}

/** The answer for a ban that was taken but is not there when read back. */
export function notThere(ip: string, where: string): ApplyResult {
  return {
    ip,
    ok: false,
    error: new AppError('RESPONDER_NOT_THERE', {
      message: `${ip} was handed over but ${where} does not hold it`,
      retry: 'soon',
    }),
  };
}

/** Milliseconds a ban still lasts, at least one, at most so many seconds. */
export function msLeft(expiresAt: number, now: number, mostSeconds: number): number {
  return Math.max(1, Math.min(mostSeconds * 1000, Math.round(expiresAt - now)));
}

/** Seconds a ban still lasts, at least one, at most what the place can hold. */
export function secondsLeft(expiresAt: number, now: number, most: number): number {
  return Math.max(1, Math.min(most, Math.ceil((expiresAt - now) / 1000)));
}
