/** Requests that a server, a proxy or a sensor writes as JSON, pairs or in a form of its own become the events web rules know. */
import type { LogEvent } from '../../model/log-event.ts';
import { WEB_ACCESS } from '../kinds.ts';
import { normalise } from './normalise.ts';
import { classify } from './threat.ts';

const METHODS = new Set('GET HEAD POST PUT DELETE PATCH OPTIONS CONNECT TRACE PROPFIND SEARCH'.split(' '));
const MAX_TARGET = 8192;

/** The same event as one of a web server when it is a request with a method, a path and a client; else the event itself. */
export function asWebEvent(event: LogEvent): LogEvent {
  const { fields } = event;
  if (fields['event.category'] !== 'web' || event.kind.category !== 'service-authentication') return event;
  const method = fields['http.request.method'];
  const target = targetOf(fields['url.original'], fields['url.path'], fields['url.query']);
  if (target === null || typeof method !== 'string' || !METHODS.has(method) || fields['source.ip'] === undefined)
    return event;
  const query = target.indexOf('?');
  const decoded = normalise(target);
  const status = Number(fields['http.response.status_code']);
  const referrer = textOf(fields['http.request.referrer']);
  const agent = textOf(fields['user_agent.original']);
  return {
    ...event,
    kind: WEB_ACCESS,
    fields: {
      ...fields,
      'event.action': 'http-request',
      'event.outcome': status >= 400 ? 'failure' : 'success',
      'user.name': textOf(fields['user.name']),
      'http.response.status_code': status >= 100 ? status : undefined,
      'http.request.referrer': referrer,
      'user_agent.original': agent,
      'url.original': target,
      'url.path': query < 0 ? target : target.slice(0, query),
      'url.query': query < 0 ? undefined : target.slice(query + 1),
      'url.decoded': decoded,
      'threat.web': classify(decoded, agent, referrer, target, textOf(fields['url.domain'])),
    },
  };
}

/** Path and query, from whichever fields hold them; null when there is no path. */
function targetOf(original: unknown, path: unknown, query: unknown): string | null {
  const whole = typeof original === 'string' ? original : typeof path === 'string' ? path : '';
  const scheme = whole.indexOf('://');
  const start = scheme > 0 && scheme < 8 ? whole.indexOf('/', scheme + 3) : 0;
  if (start < 0 || whole.charCodeAt(start) !== 47) return null;
  const target = whole.slice(start, start + MAX_TARGET);
  return typeof query === 'string' && query !== '' && !target.includes('?') ? `${target}?${query}` : target;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value !== '-' ? value : undefined;
}
