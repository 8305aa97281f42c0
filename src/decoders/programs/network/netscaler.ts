/**
 * Citrix NetScaler (ADC): `default MODULE EVENT number number : Name value - Name value ...`, as the "NetScaler Log Message Reference"
 * lists it. A name that stands twice with different values gives none of them, as a user name may hold such a text.
 */
import { canonicalAddress } from '../../../kit/address.ts';
import type { Fields, FieldValue } from '../../../model/log-event.ts';
import { type DeclaredProgram, defineProgram, withReader } from '../../message/program.ts';
import { CONFIGURATION, LOGIN_FAILED, LOGIN_OK, NETWORK, SESSION } from '../groups.ts';

const declared = defineProgram({
  name: 'netscaler',
  programs: ['netscaler', 'citrix-adc', 'citrix-netscaler', 'ns'],
  words: ['defa'],
  groups: [],
});

/** Citrix NetScaler. */
export const netscaler: DeclaredProgram = withReader(declared, read);

const MODULES =
  /(?:^|[ "])default (?:([A-Z][A-Z_\d]{1,23}) )?([A-Za-z][A-Za-z_\d]{2,47}) (\d{1,12}) (\d{1,10}) : {0,4}/;
const MAX_HEAD = 160;
const MAX_PARTS = 64;

interface Peer {
  readonly ip: string;
  readonly port: number | undefined;
}

function read(message: string): Fields | null {
  const found = MODULES.exec(message.slice(0, MAX_HEAD));
  if (found === null) return null;
  const [, module, event = ''] = found;
  const text = message.slice(found.index + found[0].length);
  const values = partsOf(text);
  const name = observerOf(message.slice(0, found.index));
  const source = peerOf(values, ['Client_ip', 'ClientIP', 'Remote_ip', 'clientip', 'Source', 'Srcip']);
  const destination = peerOf(values, ['Destination', 'VserverServiceIP', 'Vserver', 'Dstip']);
  const port = numberOf(values.get('ClientPort'));
  const [user, domain] = userOf(values);
  const fields: Record<string, FieldValue | undefined> = {
    ...meaningOf(module, event, values),
    'event.code': event,
    'event.provider': module,
    'observer.name': name,
    'source.ip': source?.ip ?? firstAddress(module, text),
    'source.port': port ?? source?.port ?? peerOf(values, ['Source'])?.port,
    'destination.ip': destination?.ip,
    'destination.port': numberOf(values.get('VserverServicePort')) ?? destination?.port,
    'source.nat.ip': peerOf(values, ['Nat_ip', 'NatIP'])?.ip,
    'source.bytes': numberOf(values.get('Total_bytes_send')),
    'destination.bytes': numberOf(values.get('Total_bytes_recv')),
    'user.name': user,
    'user.domain': domain,
    'user_agent.original': unquoted(values.get('Browser_type') ?? values.get('Browser')),
    'process.command_line': unquoted(values.get('Command')),
    'event.reason': unquoted(
      values.get('Failure_reason') ??
        values.get('Reason') ??
        values.get('Denied_by_policy') ??
        values.get('Status') ??
        text.slice(0, 512),
    ),
  };
  return fields;
}

/** `Name value - Name value`; of a part without a known name nothing is kept. */
function partsOf(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let from = 0;
  for (let count = 0; count < MAX_PARTS && from < text.length; count++) {
    const cut = text.indexOf(' - ', from);
    const part = text.slice(from, cut < 0 ? text.length : cut).trim();
    const blank = part.search(/[ :]/);
    if (blank > 0) {
      const name = part.slice(0, blank);
      const value = part.slice(blank + 1).trim();
      const known = values.get(name);
      values.set(name, known === undefined || known === value ? value : '');
    }
    if (cut < 0) break;
    from = cut + 3;
  }
  return values;
}

function peerOf(values: ReadonlyMap<string, string>, names: readonly string[]): Peer | undefined {
  for (const name of names) {
    const value = values.get(name);
    if (value === undefined) continue;
    if (value === '') return undefined;
    const word = value.split(' ', 1)[0]!;
    const ip = canonicalAddress(word);
    if (ip !== null) return { ip, port: undefined };
    const colon = word.lastIndexOf(':');
    const before = colon < 0 ? null : canonicalAddress(word.slice(0, colon).replace(/^\[|\]$/g, ''));
    if (before !== null) return { ip: before, port: numberOf(word.slice(colon + 1)) };
  }
  return undefined;
}

/** The application firewall puts the client's address first. */
function firstAddress(module: string | undefined, text: string): string | undefined {
  if (module !== 'APPFW') return undefined;
  return canonicalAddress(text.trimStart().split(' ', 1)[0]!) ?? undefined;
}

/** `User bob`, `username:domainname bob:EXAMPLE`, and what `Context bob@203.0.113.7` begins with. */
function userOf(values: ReadonlyMap<string, string>): [name: string | undefined, domain: string | undefined] {
  const both = values.get('username')?.replace(/^domainname /, '');
  if (both !== undefined) {
    const colon = both.lastIndexOf(':');
    return colon < 0 ? [both, undefined] : [both.slice(0, colon), both.slice(colon + 1) || undefined];
  }
  const user = values.get('User');
  if (user !== undefined && user !== '') return [user.replace(/ : Group\(s\).*$/, ''), undefined];
  const context = values.get('Context');
  const at = context === undefined ? -1 : context.lastIndexOf('@');
  return [at > 0 ? context!.slice(0, at) : undefined, undefined];
}

function meaningOf(module: string | undefined, event: string, values: ReadonlyMap<string, string>): Fields {
  if (event.endsWith('LOGIN_FAILED')) return LOGIN_FAILED;
  if (event === 'LOGIN' || event === 'TM_LOGIN') return LOGIN_OK;
  if (event.endsWith('LOGOUT') || event === 'TM_LOGOUT')
    return { ...SESSION, 'event.action': 'logout', 'event.outcome': 'success' };
  if (event === 'CMD_EXECUTED') {
    const command = unquoted(values.get('Command')) ?? '';
    const failed = (values.get('Status') ?? '').includes('ERROR');
    if (/^login\b/.test(command)) return failed ? LOGIN_FAILED : LOGIN_OK;
    return { ...CONFIGURATION, 'event.action': 'command', 'event.outcome': failed ? 'failure' : 'success' };
  }
  if (module === 'APPFW') return { 'event.category': 'intrusion_detection', 'event.action': event };
  if (event.endsWith('_DENIED')) return { ...NETWORK, 'event.action': 'denied', 'event.outcome': 'failure' };
  return { ...NETWORK, 'event.action': event };
}

/** The appliance's name, between its stamp and `0-PPE-0 :`. */
function observerOf(head: string): string | undefined {
  const found = /(\S+) \d+-PPE-\d+ :/.exec(`${head} :`);
  return found?.[1];
}

function unquoted(value: string | undefined): string | undefined {
  if (value === undefined || value === '') return undefined;
  const plain = value.replace(/^"+|"+$/g, '');
  return plain === '' ? undefined : plain;
}

function numberOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,15}$/.test(text)) return undefined;
  return Number(text);
}
