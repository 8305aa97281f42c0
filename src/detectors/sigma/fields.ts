/** Field names of Sigma's taxonomies beside the ECS fields our decoders give: a rule may use either. */
import { formatNetwork, parseNetwork, widen } from '../../kit/cidr.ts';
import { type FieldValue, fieldOf, type LogEvent } from '../../model/log-event.ts';

/** Taxonomy name to ECS name (webserver, proxy, firewall, linux). */
export const TAXONOMY: Readonly<Record<string, string>> = {
  'c-ip': 'source.ip',
  'c-uri': 'url.original',
  'c-uri-query': 'url.query',
  'c-uri-stem': 'url.path',
  'c-useragent': 'user_agent.original',
  'cs-bytes': 'http.request.body.bytes',
  'cs-host': 'url.domain',
  'cs-method': 'http.request.method',
  'cs-referer': 'http.request.referrer',
  'cs-referrer': 'http.request.referrer',
  'cs-uri': 'url.original',
  'cs-uri-query': 'url.query',
  'cs-uri-stem': 'url.path',
  'cs-user-agent': 'user_agent.original',
  'cs-username': 'user.name',
  'cs-version': 'http.version',
  'sc-bytes': 'http.response.body.bytes',
  'sc-status': 'http.response.status_code',
  src_ip: 'source.ip',
  src_port: 'source.port',
  dst_ip: 'destination.ip',
  dst_port: 'destination.port',
};

/** Reads one field of an event. */
export type Accessor = (event: LogEvent) => FieldValue | undefined;

/** The reader of a field, resolved once when the rule is compiled. */
export function accessorOf(name: string): Accessor {
  const mapped = TAXONOMY[name];
  if (mapped !== undefined) return (event) => event.fields[name] ?? fieldOf(event, mapped);
  if (name === 'source.network') return sourceNetwork;
  if (isEnvelopeField(name)) return (event) => fieldOf(event, name);
  return (event) => event.fields[name];
}

/** The /64 of an IPv6 source, made only when a rule asks: one customer has a whole /64 to change addresses in. None for IPv4. */
function sourceNetwork({ fields }: LogEvent): string | undefined {
  const ip = fields['source.ip'];
  if (typeof ip !== 'string' || ip.indexOf(':') < 0) return undefined;
  const network = parseNetwork(ip);
  return network === null ? undefined : formatNetwork(widen(network, 64));
}

/** Fields that an event may have although its program said nothing about them. */
export function isEnvelopeField(name: string): boolean {
  return name === '@timestamp' || name === 'message' || name.startsWith('host.') || name.startsWith('process.');
}
