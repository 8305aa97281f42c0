/** What a process may do beyond its user: the capability sets of /proc/PID/status, capabilities(7). */
import { readFileSync } from 'node:fs';

/** The right to change the firewall is bit 12. */
export const CAP_NET_ADMIN = 1n << 12n;

/** The sets as bits; `inheritable` and `ambient` are what its children may get. */
export interface Capabilities {
  readonly effective: bigint;
  readonly permitted: bigint;
  readonly inheritable: bigint;
  readonly bounding: bigint;
  readonly ambient: bigint;
}

/** The capabilities of a process, or null when it is gone or this is no Linux. */
export function capabilitiesOf(pid: number): Capabilities | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/status`, 'latin1');
  } catch {
    return null;
  }
  const set = (name: string): bigint | null => {
    const found = new RegExp(`^Cap${name}:\\s*([0-9a-f]{1,16})$`, 'm').exec(text)?.[1];
    return found === undefined ? null : BigInt(`0x${found}`);
  };
  const [effective, permitted, inheritable, bounding, ambient] = ['Eff', 'Prm', 'Inh', 'Bnd', 'Amb'].map(set);
  if (effective == null || permitted == null || inheritable == null || bounding == null || ambient == null) return null;
  return { effective, permitted, inheritable, bounding, ambient };
}
