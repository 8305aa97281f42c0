/** What the helper never shuts out, whoever asks: it does not trust the door on the other side of the socket. */
import { type Network, overlaps, parseNetwork } from '../kit/cidr.ts';

/** The shortest prefixes, by default as wide as bekci's door lets pass. */
export interface Limits {
  readonly widest4: number;
  readonly widest6: number;
}

/** As bekci's door. */
export const USUAL_LIMITS: Limits = { widest4: 24, widest6: 48 };

/** Unspecified, loopback, link-local, multicast and reserved: to drop these is never defence. */
const SPECIAL = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3', '::/127', 'fe80::/10', 'ff00::/8'].map(
  (text) => parseNetwork(text)!,
);

/** Why a network is refused, or null. */
export function refusalOf(network: Network, limits: Limits): 'TOO_WIDE' | 'SPECIAL' | null {
  if (network.bits < (network.family === 4 ? limits.widest4 : limits.widest6)) return 'TOO_WIDE';
  return SPECIAL.some((each) => overlaps(each, network)) ? 'SPECIAL' : null;
}
