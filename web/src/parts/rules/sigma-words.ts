/** Words the editor suggests: Sigma's keys and modifiers, fields that logs have, kinds of logs. */

const KEYS = [
  'title:',
  'id:',
  'name:',
  'status:',
  'description:',
  'author:',
  'date:',
  'level:',
  'tags:',
  'references:',
  'falsepositives:',
  'logsource:',
  'product:',
  'service:',
  'category:',
  'detection:',
  'selection:',
  'filter:',
  'condition:',
  'correlation:',
  'type: event_count',
  'type: value_count',
  'type: temporal',
  'type: temporal_ordered',
  'rules:',
  'group-by:',
  'timespan:',
  'gte:',
  'gt:',
  'lte:',
  'lt:',
  'field:',
  'bekci:',
  'action: ban',
  'action: alert',
  'action: observe',
  'ban:',
  'informational',
  'low',
  'medium',
  'high',
  'critical',
  'experimental',
  'stable',
  'test',
  'webserver',
  'firewall',
  'authentication',
  'attack.credential-access',
  'attack.initial-access',
  'attack.reconnaissance',
  'attack.t1110',
  'attack.t1110.001',
  'attack.t1190',
  'attack.t1595',
  'selection and not filter',
  '1 of selection*',
];
const MODIFIERS = [
  'contains',
  'startswith',
  'endswith',
  'all',
  're',
  'cidr',
  'exists',
  'cased',
  'gt',
  'gte',
  'lt',
  'lte',
  'base64',
  'base64offset',
  'windash',
  'fieldref',
  'expand',
];
const FIELDS = [
  'source.ip',
  'source.port',
  'source.network',
  'destination.ip',
  'destination.port',
  'user.name',
  'user.effective.name',
  'event.action',
  'event.category',
  'event.outcome',
  'event.type',
  'http.request.method',
  'http.response.status_code',
  'http.request.referrer',
  'url.original',
  'url.path',
  'url.query',
  'url.domain',
  'user_agent.original',
  'process.name',
  'process.pid',
  'process.command_line',
  'host.hostname',
  'message',
  'network.transport',
  'observer.ingress.interface.name',
  'dns.question.name',
  'email.from.address',
  'email.to.address',
  'service.name',
  'threat.technique.id',
  'error.message',
];

/** The word that ends at a place, and what it could become. */
export function suggestions(text: string, at: number): { readonly word: string; readonly choices: readonly string[] } {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  const modifier = /\|(\w*)$/.exec(line)?.[1];
  if (modifier !== undefined) return { word: modifier, choices: matching(MODIFIERS, modifier, 0) };
  const word = /[\w.-]+$/.exec(line)?.[0] ?? '';
  return { word, choices: matching([...KEYS, ...FIELDS], word, 2) };
}

function matching(all: readonly string[], word: string, least: number): string[] {
  if (word.length < least) return [];
  const lower = word.toLowerCase();
  return all.filter((each) => each.startsWith(lower) && each !== lower && each !== `${lower}:`).slice(0, 6);
}

/** Where a fresh rule begins; its id is new each time. */
export function freshRule(id: string): string {
  return `title: Many refused requests
id: ${id}
name: my_refused_requests
status: experimental
logsource:
  category: webserver
detection:
  selection:
    http.response.status_code: 403
  condition: selection
level: low
`;
}

/** A rule's text under an id and a name of its own. */
export function asOwn(text: string, newId: () => string): string {
  return text
    .replace(/^id:.*$/gm, () => `id: ${newId()}`)
    .replace(/^name:\s*['"]?([\w-]+)['"]?\s*$/gm, 'name: my_$1')
    .replace(/^title:\s*(.*)$/gm, 'title: $1 (own)');
}
