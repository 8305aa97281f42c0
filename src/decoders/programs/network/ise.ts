/**
 * Cisco Identity Services Engine: numbers, a category, then `Name=value, ` records ("Cisco ISE Syslogs"). The device that asks on
 * behalf of somebody is not the one to blame: of a refused login only the endpoint's own address counts.
 */
import { canonicalAddress } from '../../../kit/address.ts';
import type { Fields, FieldValue } from '../../../model/log-event.ts';
import { mapFields } from '../../formats/mapping.ts';
import { readCommas } from '../../formats/pairs.ts';
import { type DeclaredProgram, defineProgram, withReader } from '../../message/program.ts';
import { CONFIGURATION, LOGIN_FAILED, LOGIN_OK, NETWORK } from '../groups.ts';

const declared = defineProgram({
  name: 'cisco-ise',
  programs: ['cisco-ise', 'ise', 'cisco_ise'],
  words: ['NOTI', 'INFO', 'WARN', 'ERRO', 'CISE', 'DEBU'],
  groups: [],
});

/** Cisco ISE. */
export const ise: DeclaredProgram = withReader(declared, read);

/** `CISE_Failed_Attempts NUMBER pieces piece [stamp] NUMBER CODE LEVEL Category: text, Name=value, ...` and later pieces of the same. */
const HEAD = /(?:^|[ :])(?:CISE_([A-Za-z_]{3,48}) )?(\d{10}) (\d{1,3}) (\d{1,3}) {1,4}/;
const SAID =
  /(?:^| )(?:\d{1,10} )?(\d{3,6}) (NOTICE|INFO|WARN|ERROR|FATAL|DEBUG) {1,3}([A-Za-z][A-Za-z \-+/]{1,48}): ([^,]{1,256}), /;
const ALARM = /^(?:.{0,64} )?(INFO|WARN|ERROR|CRITICAL): ([^:;=]{4,160}?)[.:]? ?: ?([^=;:]{2,40}=.*)$/;
const CHANGED = /^(?:.{0,64} )?(?:INFO|WARN): Configuration Changed: /;
const MAX_HEAD = 320;
/** Names of the endpoint's address, the surest first. */
const ENDPOINTS = [
  'calling-station-id',
  'remote-address',
  'adminipaddress',
  'tunnel-client-endpoint',
  'endpointipaddress',
  'framed-ip-address',
];
const DEVICES = ['device ip address', 'nas-ip-address', 'network device ip', 'device ip'];

function read(message: string): Fields | null {
  const said = SAID.exec(message.slice(0, MAX_HEAD));
  const head = HEAD.exec(message.slice(0, MAX_HEAD));
  if (said === null && head === null) return readAlarm(message);
  const start = said === null ? head!.index + head![0].length : said.index + said[0].length;
  const values = readCommas(message.slice(start));
  const category = head?.[1]?.toLowerCase() ?? '';
  const text = said?.[4] ?? '';
  const kind = meaningOf(said?.[3]?.toLowerCase() ?? category, category, text);
  return {
    ...namesOf(values, kind['event.outcome'] === 'failure'),
    ...kind,
    'event.code': said?.[1],
    'log.level': said?.[2]?.toLowerCase(),
    'event.reason': values.get('failurereason') ?? (text === '' ? undefined : text),
  };
}

/** `WARN: Dynamic Authorization Failed for Device : Server=x; Calling Station Id=y; ...`. */
function readAlarm(message: string): Fields | null {
  const text = message.slice(0, 4096);
  const changed = CHANGED.exec(text);
  const found = ALARM.exec(text);
  if (changed === null && found === null) return null;
  const values = readCommas((changed === null ? found![3]! : text.slice(changed[0].length)).replaceAll('; ', ', '));
  const admin = values.get('admin');
  if (changed !== null) return { ...CONFIGURATION, 'user.name': admin, 'event.reason': values.get('object type') };
  return {
    ...NETWORK,
    ...namesOf(values, false),
    'event.reason': found![2]!.trim(),
    'log.level': found![1]!.toLowerCase(),
  };
}

function namesOf(values: ReadonlyMap<string, string>, isRefused: boolean): Fields {
  const fields: Record<string, FieldValue | undefined> = { ...mapFields(values, undefined, false) };
  const ip = addressAt(values, ENDPOINTS) ?? (isRefused ? undefined : addressAt(values, DEVICES));
  fields['source.ip'] = ip;
  fields['source.port'] = undefined;
  const station = values.get('calling-station-id');
  if (fields['source.mac'] !== undefined && (station === undefined || canonicalAddress(station) !== null))
    fields['source.mac'] = values.get('endpointmacaddress');
  const user = values.get('username') || values.get('user-name') || values.get('user') || values.get('adminname');
  fields['user.name'] = user === undefined || user === '' ? undefined : user;
  fields['observer.ip'] = addressAt(values, DEVICES);
  const protocol = values.get('protocol');
  if (protocol !== undefined && protocol !== '') {
    fields['network.protocol'] = protocol.toLowerCase();
    fields['network.transport'] = undefined;
  }
  return fields;
}

/** The address under the first of these names that has one; `(tag=0) 203.0.113.7` is one, too. */
function addressAt(values: ReadonlyMap<string, string>, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = values.get(name);
    if (value === undefined) continue;
    const ip = canonicalAddress(value.slice(value.lastIndexOf(' ') + 1));
    if (ip !== null) return ip;
  }
  return undefined;
}

/** What a record means by its category's name and, where that says both, by its text. */
function meaningOf(name: string, category: string, text: string): Fields {
  const said = text.toLowerCase();
  const failed = said.includes('failed') || said.includes('reject') || said.includes('denied');
  if (name.startsWith('failed-attempt') || category === 'failed_attempts') return LOGIN_FAILED;
  if (name.startsWith('passed-authentication') || category === 'passed_authentications')
    return said === '' || said.includes('authentication') || said.includes('passed')
      ? LOGIN_OK
      : { 'event.category': 'authentication' };
  if (name.startsWith('administrator-login')) {
    if (said.includes('logged off') || said.includes('log off') || said.includes('session timeout'))
      return { 'event.category': 'session', 'event.action': 'logout' };
    return failed || said.includes('locked') ? LOGIN_FAILED : LOGIN_OK;
  }
  if (name.startsWith('device-administration')) {
    if (said.startsWith('authentication ')) return failed ? LOGIN_FAILED : LOGIN_OK;
    return { 'event.category': 'authentication', 'event.action': 'authorization' };
  }
  if (name.startsWith('guest') || name.startsWith('mydevices') || name.startsWith('sponsor')) {
    if (said.includes('login') || said.includes('authentication')) return failed ? LOGIN_FAILED : LOGIN_OK;
    return { 'event.category': 'authentication' };
  }
  if (name.startsWith('configuration') || name.startsWith('admin')) return { ...NETWORK, 'event.action': name };
  return { ...NETWORK, 'event.action': name === '' ? 'message' : name };
}
