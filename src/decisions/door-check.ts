/** The one check every wish to ban passes: whom it would hit, and why not. Pure. */
import { containsNetwork, formatNetwork, type Network, overlaps, parseNetwork, widen } from '../kit/cidr.ts';

/** Who must not be shut out, with the name by which a refusal tells it. */
export interface Protected {
  readonly network: Network;
  /** Refusal code: `allowlist`, `own-address`, `gateway`, `resolver`, `open-session`. */
  readonly code: string;
  /** What protects it, for people. */
  readonly detail: string;
}

/** An answer of the check. */
export type DoorCheck =
  | { readonly ok: true; readonly ip: string }
  | { readonly ok: false; readonly code: string; readonly detail: string };

const SPECIAL = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3', '::/127', 'fe80::/10', 'ff00::/8'].map(
  networkOf,
);
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'].map(networkOf);
const WIDEST_V4 = 24;
const WIDEST_V6 = 48;

/** What the check needs to know. */
export interface DoorFacts {
  readonly protected: readonly Protected[];
  readonly protectPrivate: boolean;
  /** Prefix banned around an IPv6 address. */
  readonly ipv6Prefix: number;
}

/** Whether an address or network may be banned, and as what. A prefix that contains somebody protected is narrowed, then refused. */
export function checkDoor(text: string, facts: DoorFacts): DoorCheck {
  const asked = parseNetwork(text);
  if (asked === null) return { ok: false, code: 'no-address', detail: `\`${text}\` is no address` };
  if (asked.bits < (asked.family === 4 ? WIDEST_V4 : WIDEST_V6)) {
    return {
      ok: false,
      code: 'prefix-too-wide',
      detail: `at most /${asked.family === 4 ? WIDEST_V4 : WIDEST_V6} is banned at once`,
    };
  }
  if (SPECIAL.some((network) => overlaps(network, asked)))
    return { ok: false, code: 'special-range', detail: 'loopback, link-local, multicast or reserved' };
  if (facts.protectPrivate && PRIVATE.some((network) => overlaps(network, asked)))
    return { ok: false, code: 'special-range', detail: 'private network (decisions.protect_private)' };
  const hit = facts.protected.find((each) => overlaps(each.network, asked));
  if (hit !== undefined) return { ok: false, code: hit.code, detail: hit.detail };
  if (asked.family === 6 && asked.bits === 128 && facts.ipv6Prefix < 128) {
    const wide = widen(asked, facts.ipv6Prefix);
    // A neighbour in the prefix is protected: only the one address is banned then.
    if (!facts.protected.some((each) => overlaps(each.network, wide))) return { ok: true, ip: formatNetwork(wide) };
  }
  return { ok: true, ip: formatNetwork(asked) };
}

/** True when an active ban already covers the network. */
export function isCovered(network: Network, active: Iterable<Network>): boolean {
  for (const each of active) if (containsNetwork(each, network)) return true;
  return false;
}

function networkOf(text: string): Network {
  return parseNetwork(text)!;
}
