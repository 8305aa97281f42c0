/** What products of CEF and LEEF mean by the code in their header, as their vendors document it; other headers are judged by their values. */
import type { Fields } from '../../model/log-event.ts';

/** The parts of a header that say what it is. */
export interface HeaderNames {
  readonly vendor: string | undefined;
  readonly product: string | undefined;
  readonly code: string | undefined;
  readonly name: string | undefined;
}

const INTRUSION: Fields = { 'event.category': 'intrusion_detection' };
const MALWARE: Fields = { 'event.category': 'malware' };
/** Kinds of threats of PAN-OS that a signature found. */
const SIGNATURES = new Set(['vulnerability', 'spyware', 'scan', 'flood', 'packet', 'threat']);

/** Fields that win over what the values suggest; none for a product that is not known. */
export function headerMeaning(
  { vendor, product, code = '', name = '' }: HeaderNames,
  values: ReadonlyMap<string, string>,
): Fields | null {
  if (vendor === 'Palo Alto Networks') return panMeaning(code, name, values);
  if (product === 'Deep Security Agent' || product === 'Workload Security Agent') return agentMeaning(Number(code));
  if (product === 'MPS' || product === 'eMPS' || product === 'CMS') return sandboxMeaning(code);
  return null;
}

/** The log forwarding app's kinds: GlobalProtect says in `EventStatus` whether somebody got in. */
function panMeaning(kind: string, subtype: string, values: ReadonlyMap<string, string>): Fields | null {
  switch (kind) {
    case 'GLOBALPROTECT': {
      const event = values.get('eventidvalue') ?? '';
      const status = values.get('eventstatus')?.toLowerCase();
      return {
        'event.category': /auth|login/.test(event) ? 'authentication' : 'session',
        'event.outcome': status === 'success' || status === 'failure' ? status : undefined,
      };
    }
    case 'USERID':
      return { 'event.category': 'authentication', 'event.action': subtype };
    case 'THREAT':
      if (subtype === 'file') return { 'event.category': 'file' };
      if (subtype === 'virus' || subtype === 'wildfire') return MALWARE;
      return SIGNATURES.has(subtype) ? INTRUSION : null;
    case 'CONFIG':
      return { 'event.category': 'configuration' };
    default:
      return null;
  }
}

/** Trend Micro, "Syslog message formats": the identifier's range names the module. */
function agentMeaning(id: number): Fields | null {
  if (id >= 1_000_000 && id < 2_000_000) return INTRUSION;
  if (id >= 3_000_000 && id < 4_000_000) return INTRUSION;
  if (id >= 4_000_000 && id < 4_100_000) return MALWARE;
  if (id >= 5_000_000 && id < 6_000_000) return INTRUSION;
  return id >= 2_000_000 && id < 3_000_000 ? { 'event.category': 'file' } : null;
}

/** Trellix (FireEye) Network Security: objects are malware, matches and callbacks are traffic of it. */
function sandboxMeaning(code: string): Fields | null {
  if (code === 'MO' || code === 'RO' || code === 'BM') return MALWARE;
  return ['IM', 'MC', 'RC', 'WI', 'DM', 'IE', 'SC', 'SM'].includes(code) ? INTRUSION : null;
}
