/** The network an address is counted under: its /24 or /64. */
import { formatNetwork, parseNetwork, widen } from '../../../kit/cidr.ts';

/** Canonical text, undefined for what is no address. */
export function networkKey(ip: string | undefined): string | undefined {
  const network = ip === undefined ? null : parseNetwork(ip);
  return network === null ? undefined : formatNetwork(widen(network, network.family === 4 ? 24 : 64));
}
