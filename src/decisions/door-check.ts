/** The one check every wish to ban passes: whom it would hit, and why not. Pure. */
import { isPlainIPv4 } from '../kit/address.ts';
import { formatNetwork, type Network, overlaps, parseNetwork, widen } from '../kit/cidr.ts';

/** Who must not be shut out, with the name by which a refusal tells it. */
export interface Protected {
  readonly network: Network;
  /** Refusal code: `allowlist`, `trusted-proxy`, `own-address`, `gateway`, `resolver`, `open-session`. */
  readonly code: string;
  /** What protects it, for people. */
  readonly detail: string;
}

/** An answer of the check. */
export type DoorCheck =
  | { readonly ok: true; readonly ip: string; readonly network: Network }
  | { readonly ok: false; readonly code: string; readonly detail: string };

const SPECIAL = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3', '::/127', 'fe80::/10', 'ff00::/8'].map(
  networkOf,
);
/** Discard-only (RFC 6666): packets of it are nobody's; bekci's canary flies under it and must never become a ban. */
const DISCARD = networkOf('100::/64');
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'].map(networkOf);
/** What the check needs to know. */
export interface DoorFacts {
  readonly protected: readonly Protected[];
  readonly protectPrivate: boolean;
  /** Prefix banned around an IPv6 address. */
  readonly ipv6Prefix: number;
  /** Widest networks ever banned, as prefix lengths. */
  readonly widest: { readonly 4: number; readonly 6: number };
  /** Protection that is looked up instead of listed (autonomous systems), or null. */
  shield(network: Network): Pick<Protected, 'code' | 'detail'> | null;
  /** True when somebody else in the network got in lately. */
  hasGuest(network: Network, except: string): boolean;
}

/** Whether an address or network may be banned, and as what. A prefix that contains somebody protected is narrowed, then refused. */
export function checkDoor(text: string, facts: DoorFacts): DoorCheck {
  const asked = parseNetwork(text);
  if (asked === null) return { ok: false, code: 'no-address', detail: `\`${text}\` is no address` };
  const widest = facts.widest[asked.family];
  if (asked.bits < widest)
    return { ok: false, code: 'prefix-too-wide', detail: `at most /${widest} is banned at once` };
  if (overlapsAny(SPECIAL, asked))
    return { ok: false, code: 'special-range', detail: 'loopback, link-local, multicast or reserved' };
  if (overlaps(DISCARD, asked))
    return { ok: false, code: 'special-range', detail: 'the discard-only prefix of the canary' };
  if (facts.protectPrivate && overlapsAny(PRIVATE, asked))
    return { ok: false, code: 'special-range', detail: 'private network (decisions.protect_private)' };
  const hit = protectorOf(asked, facts);
  if (hit !== null) return { ok: false, code: hit.code, detail: hit.detail };
  const bits = Math.max(facts.ipv6Prefix, facts.widest[6]);
  if (asked.family === 6 && asked.bits === 128 && bits < 128) {
    const wide = widen(asked, bits);
    // A neighbour in the prefix is protected or got in lately: only the one address is banned then.
    if (protectorOf(wide, facts) === null && !facts.hasGuest(wide, formatNetwork(asked)))
      return { ok: true, ip: formatNetwork(wide), network: wide };
  }
  return { ok: true, ip: isPlainIPv4(text) ? text : formatNetwork(asked), network: asked };
}

function overlapsAny(networks: readonly Network[], asked: Network): boolean {
  for (const network of networks) if (overlaps(network, asked)) return true;
  return false;
}

function protectorOf(network: Network, facts: DoorFacts): Pick<Protected, 'code' | 'detail'> | null {
  for (const each of facts.protected) if (overlaps(each.network, network)) return each;
  return facts.shield(network);
}

function networkOf(text: string): Network {
  return parseNetwork(text)!;
}
