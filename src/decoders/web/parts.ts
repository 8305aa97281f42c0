/** What a web request falls into: the request with its answer's status, and who asked. Sites see the same of each all day. */

/** Fields of the request, and of the referrer with the browser's name. */
export const WEB_PARTS: readonly ReadonlySet<string>[] = [
  new Set([
    'event.outcome',
    'http.request.method',
    'url.original',
    'url.path',
    'url.query',
    'url.decoded',
    'http.version',
    'http.response.status_code',
  ]),
  new Set(['http.request.referrer', 'user_agent.original']),
];

/** Fields that differ from line to line. Users, sites and forwarded addresses never stand in a line that is passed over. */
export const WEB_VARYING: ReadonlySet<string> = new Set([
  'source.ip',
  'source.address',
  'source.network',
  'source.subnet',
  'http.response.body.bytes',
]);

/** The same in every request. */
const CONSTANT = ['event.category', 'event.action'];

/** Fields that requests share with others that are alike in a part: the request, who asked, and the attacks that both together show. */
export const WEB_ALIKE: readonly ReadonlySet<string>[] = [...WEB_PARTS, ['threat.web']].map(
  (part) => new Set([...part, ...CONSTANT]),
);
