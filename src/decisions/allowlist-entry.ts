/** What may stand in the allowlist and in the list of own proxies. Apart, so that the settings need load nothing else. */
import { parseNetwork } from '../kit/cidr.ts';

const NAME = /^(?=.{1,253}$)(?!.*\.$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_-]{1,63})+$/i;

/** What to write into the allowlist. */
export const ALLOWLIST_HINT = 'write 203.0.113.7, 203.0.113.0/24, 2001:db8::/32, office.example.org or AS64496';
/** What to write where only addresses and networks count. */
export const NETWORK_HINT = 'write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32';

/** True for a text that can be a DNS name in the allowlist; the last label is never all digits (that is a mistyped address). */
export function isDnsName(text: string): boolean {
  return NAME.test(text) && !/\.\d+$/.test(text);
}

/** The number of an entry such as `AS13335`, or null. */
export function asnOf(entry: string): number | null {
  const found = /^AS(\d{1,10})$/i.exec(entry.trim());
  const number = found === null ? 0 : Number(found[1]);
  return number >= 1 && number <= 0xffff_ffff ? number : null;
}

/** Whether an entry protects anybody: a mistyped one would let the person it names be banned. */
export function isAllowlistEntry(entry: string): boolean {
  const text = entry.trim();
  return isDnsName(text) || asnOf(text) !== null || parseNetwork(text) !== null;
}

/** An address or a network. */
export function isNetwork(entry: string): boolean {
  return parseNetwork(entry.trim()) !== null;
}
