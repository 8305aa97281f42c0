/** Readers of event fields: resolved once when a rule is compiled, shared by all rules that ask for the same field. */
import { formatNetwork, parseNetwork, widen } from '../../kit/cidr.ts';
import { copyText } from '../../kit/text.ts';
import { type FieldValue, fieldOf, type LogEvent } from '../../model/log-event.ts';
import type { Logsource } from './ast.ts';
import type { Mappings } from './mappings.ts';

/** Reads one field of an event. */
export type Accessor = (event: LogEvent) => FieldValue | undefined;

/** A field as rules ask for it. */
export interface Reader {
  /** The name in the rule. */
  readonly name: string;
  /** What our decoders call it. */
  readonly ours: string;
  readonly get: Accessor;
  /** The text in lower case; the newest answer is kept, as many rules ask for the same value in turn. */
  fold(text: string): string;
}

/** Gives readers by log source and name. */
export interface Readers {
  of(logsource: Logsource, name: string): Reader;
  readonly mappings: Mappings;
}

/** Fields that an event may have although its program said nothing about them. */
export function isEnvelopeField(name: string): boolean {
  return OUTSIDE.has(name) || name.startsWith('host.') || name.startsWith('process.');
}

/** Fields that `fieldOf` takes from the envelope when the program said nothing. */
const OUTSIDE: ReadonlySet<string> = new Set([
  '@timestamp',
  'message',
  'host.hostname',
  'process.name',
  'process.pid',
  'event.type',
]);
/** The field made of an address when a rule asks for it. */
const NETWORK = 'source.network';
/** The network around an address in which a provider's customers are neighbours. */
const SUBNET = 'source.subnet';

/** A log source that says nothing. */
export const ANY_SOURCE: Logsource = { product: null, service: null, category: null };

/** Readers over mappings. */
export function createReaders(mappings: Mappings): Readers {
  const known = new Map<string, Reader>();
  return {
    mappings,
    of(logsource, name) {
      const ours = mappings.fieldOf(logsource, name) ?? name;
      const key = `${name}\u0000${ours}`;
      let reader = known.get(key);
      if (reader === undefined) {
        reader = createReader(name, ours);
        known.set(key, reader);
      }
      return reader;
    },
  };
}

function createReader(name: string, ours: string): Reader {
  let last = '';
  let folded = '';
  return {
    name,
    ours,
    get: accessorOf(name, ours),
    fold(text) {
      if (text !== last) {
        last = text;
        folded = text.toLowerCase();
      }
      return folded;
    },
  };
}

function accessorOf(name: string, ours: string): Accessor {
  if (ours !== name)
    return (event) => {
      const own = event.fields[name];
      return own === undefined ? fieldOf(event, ours) : own;
    };
  if (name === NETWORK) return sourceNetwork;
  if (name === SUBNET) return sourceSubnet;
  if (isEnvelopeField(name)) return (event) => fieldOf(event, name);
  return FREQUENT.get(name) ?? ((event) => event.fields[name]);
}

/** Readers of the fields that most rules ask for: V8 finds a name written in the code quicker than one in a variable. */
const FREQUENT: ReadonlyMap<string, Accessor> = new Map<string, Accessor>([
  ['source.ip', ({ fields }) => fields['source.ip']],
  ['source.address', ({ fields }) => fields['source.address']],
  ['user.name', ({ fields }) => fields['user.name']],
  ['event.action', ({ fields }) => fields['event.action']],
  ['event.category', ({ fields }) => fields['event.category']],
  ['event.outcome', ({ fields }) => fields['event.outcome']],
  ['http.response.status_code', ({ fields }) => fields['http.response.status_code']],
  ['threat.web', ({ fields }) => fields['threat.web']],
  ['url.path', ({ fields }) => fields['url.path']],
]);

/** Whether a reader gives what stands under its name or ours among the fields of an event, and nothing else. */
export function isPlain({ ours }: Reader): boolean {
  return ours !== NETWORK && ours !== SUBNET && !OUTSIDE.has(ours);
}

/** The /64 of an IPv6 source, made only when a rule asks: one customer has a whole /64 to change addresses in. None for IPv4. */
function sourceNetwork({ fields }: LogEvent): string | undefined {
  const ip = fields['source.ip'];
  return typeof ip !== 'string' || ip.indexOf(':') < 0 ? undefined : networks(ip, 64);
}

/** The /24 of an IPv4 source, the /48 of an IPv6 one, made only when a rule asks: attackers often rent many addresses of one network. */
function sourceSubnet({ fields }: LogEvent): string | undefined {
  const ip = fields['source.ip'];
  return typeof ip !== 'string' ? undefined : subnets(ip, ip.indexOf(':') < 0 ? 24 : 48);
}

const networks = createWidener();
const subnets = createWidener();

/** The network around an address; several rules ask for the same one in turn, and attackers come with many lines at once. */
function createWidener(): (ip: string, bits: number) => string | undefined {
  let lastIp = '';
  let lastNetwork: string | undefined;
  return (ip, bits) => {
    if (ip !== lastIp) {
      const network = parseNetwork(ip);
      lastNetwork = network === null ? undefined : formatNetwork(widen(network, bits));
      lastIp = copyText(ip);
    }
    return lastNetwork;
  };
}
