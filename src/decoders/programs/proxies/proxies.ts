/** Web servers, proxies and load balancers whose access lines are not of the common form. The client stands where the server wrote it. */
import type { Fields } from '../../../model/log-event.ts';
import { eventOf } from '../../event.ts';
import { TRANSPORTS } from '../../formats/mapping.ts';
import { type DeclaredProgram, defineProgram } from '../../message/program.ts';
import { DENIED, LOGIN_FAILED, NETWORK, REQUEST } from '../groups.ts';

const REQUEST_LINE = '"{word:http.request.method} {path:url.original} HTTP/{word:http.version}"';
const STATUS = '{num:http.response.status_code}';
const HA = '{ip}:{port} [{word}] {word} {word}/{word}';

/** Captured headers stand in braces before the request; HAProxy writes quotes in them as `#22`. */
const CAPTURED = '{text} "{text:http.request.method} {text:url.original} HTTP/{word:http.version}"';
/** HAProxy's HTTP and TCP formats (configuration manual, chapter 8). */
export const haproxy = defineProgram({
  name: 'haproxy',
  groups: [
    {
      fields: LOGIN_FAILED,
      patterns: ['', '::ffff:'].flatMap((mapped) => [
        `${mapped}${HA} {word} 401 {word} {word} {word} {word} {word} {word} "{word:http.request.method} {text:url.original}"[[ {word}]]`,
        `${mapped}${HA} {word} 401 {word} {word} {word} {word} {word} {word} ${CAPTURED}[[ {word}]]`,
      ]),
    },
    {
      fields: REQUEST,
      patterns: [
        `${HA} {word} ${STATUS} {word:http.response.bytes} {word} {word} {word} {word} {word} ${REQUEST_LINE}[[ {word}]]`,
        `${HA} {word} ${STATUS} {word:http.response.bytes} {word} {word} {word} {word} {word} "{word:http.request.method} {text:url.original}"[[ {word}]]`,
        `${HA} {word} ${STATUS} {word:http.response.bytes} {word} {word} {word} {word} {word} ${CAPTURED}[[ {word}]]`,
        `${HA} {word} ${STATUS} {word:http.response.bytes} {word} {word} {word} {word} {word} {text}`,
      ],
    },
    {
      fields: REQUEST,
      patterns: [
        `{ip}:{port} [{word}] {word} {word}/ {word} ${STATUS} {word:http.response.bytes} {word} {word} {word} {word} {word} ${REQUEST_LINE}[[ {word}]]`,
        `{ip}:{port} [{word}] {word} {word}/ {word} ${STATUS} {word:http.response.bytes} {word} {word} {word} {word} {word} "{word:http.request.method} {text:url.original}"[[ {word}]]`,
      ],
    },
    { fields: DENIED, patterns: ['{ip}:{port} [{word}] {word}: {text:event.reason}'] },
    {
      fields: NETWORK,
      patterns: [
        `${HA} {word} {num} {word} {word} {word}`,
        'Connect from {ip}:{port} to {ip:destination.ip}:{port:destination.port} ({text})',
      ],
    },
  ],
});

const CODE = '{word:squid.result}/{num:http.response.status_code}';
const NATIVE = '{num}.{num}{gap}{num} {ip}';
const TUNNEL = '{num:http.response.bytes} CONNECT {peer:url.domain}:{port:destination.port} {word:user.name}';
/** Squid's native format, also of the appliances that keep it (Cisco's Secure Web Appliance behind `Info: `). */
export const squid = defineProgram({
  name: 'squid',
  groups: [
    {
      fields: { ...REQUEST, 'event.category': 'intrusion_detection', 'event.outcome': 'failure' },
      patterns: ['((TCP_DENIED|NONE))'].map(
        (result) =>
          `{num}.{num}{gap}{num} {ip} ${result}/{num:http.response.status_code} {num:http.response.bytes} {word:http.request.method} {text:url.original} {word:user.name} {word}/{peer:destination.domain} {word}`,
      ),
    },
    {
      fields: { ...REQUEST, 'network.transport': 'tcp', 'http.request.method': 'CONNECT' },
      patterns: ['', 'Info: '].flatMap((led) => [
        `${led}${NATIVE} ${CODE} ${TUNNEL} {word}/{ip:destination.ip} {word}`,
        `${led}${NATIVE} ${CODE} ${TUNNEL} {word}/{word} {word}`,
      ]),
    },
    {
      fields: { ...REQUEST, 'network.transport': 'tcp' },
      patterns: ['', 'Info: '].flatMap((led) => [
        `${led}{num}.{num}{gap}{num} {ip} ${CODE} {num:http.response.bytes} {word:http.request.method} {word:url.original} {word:user.name} {word}/{ip:destination.ip} {word}`,
        `${led}{num}.{num}{gap}{num} {ip} ${CODE} {num:http.response.bytes} {word:http.request.method} {text:url.original} {word:user.name} {word}/{peer:destination.domain} {word}`,
        `${led}{num}.{num}{gap}{num} {ip} ${CODE} {num:http.response.bytes} {word:http.request.method} {text:url.original}`,
      ]),
    },
    {
      fields: REQUEST,
      patterns: [`{ip} - {word:user.name} [{word} {word}] ${REQUEST_LINE} ${STATUS} {text}`],
    },
  ],
});

const TRAFFIC = `{num}.{num}{gap}{num} {ip} ${CODE} {num:http.response.bytes} {word:http.request.method} {word:url.original} {word:user.name} {word}/{peer:destination.domain} {text}`;
/** openHAB's embedded Jetty. */
export const openhab = defineProgram({
  name: 'openhab',
  groups: [
    { fields: LOGIN_FAILED, patterns: ['{ip}{gap}-{gap}-{gap}[{word} {word}] "{text}" 401 {num}[[ ]]'] },
    { fields: REQUEST, patterns: [`{ip}{gap}-{gap}-{gap}[{word} {word}] ${REQUEST_LINE} ${STATUS} {num}[[ ]]`] },
  ],
});

/** Cisco's Secure Web Appliance and Olfeo without a label. */
export const webAppliances = defineProgram({
  name: 'secure-web-appliance',
  bare: true,
  words: ['TCP_', 'NONE'],
  groups: [
    { fields: REQUEST, patterns: [`Info: ${TRAFFIC}`, TRAFFIC] },
    {
      fields: REQUEST,
      patterns: [`{ip} - {word:user.name} [{word} {word}] ${REQUEST_LINE} ${STATUS} {text}`],
    },
  ],
});

const CLIENT_PART =
  '{word:http.request.method} {word:url.scheme} {word:url.domain} {quoted:url.original} [Client {ip}]';
/** Nginx Proxy Manager's and NPMplus's own forms: the path is quoted and escaped by nginx. */
export const proxyManager = defineProgram({
  name: 'nginx-proxy-manager',
  programs: ['nginx-proxy-manager', 'npmplus'],
  words: ['http', '"GET', '"POS', '"PUT', '"HEA', '"DEL', '"OPT', '"PAT', '"PRO', '"REP', '"CON', '"\\x1'],
  groups: [
    {
      fields: REQUEST,
      patterns: [
        `${STATUS} - ${CLIENT_PART} [Length {word}] [Gzip {word}][[ [Sent-to {word}]]] "{text:user_agent.original}" "{text:http.request.referrer}"`,
        `{word} ${STATUS} - ${CLIENT_PART} [Length {word}] [Gzip {word}][[ [Sent-to {word}]]] "{text:user_agent.original}" "{text:http.request.referrer}"`,
        `{word} {word} ${STATUS} - ${CLIENT_PART} [Length {word}] [Gzip {word}][[ [Sent-to {word}]]] "{text:user_agent.original}" "{text:http.request.referrer}"`,
        `- {word} ${STATUS} - ${CLIENT_PART} {text}`,
        `{word:url.domain} {ip} {word} "{word:http.request.method} {word:url.original} HTTP/{word:http.version}" ${STATUS} {num} {num} {word:http.request.referrer} {text:user_agent.original}`,
        `{word:url.domain} {ip} {word} {quoted:url.original} ${STATUS} {num} {num} {text}`,
      ],
    },
  ],
});

const VERBS = ['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'PROPFIND', 'CONNECT'];
const ORIGIN = '{pre}[origin:{peer:url.domain}] [client: {ip}] [useragent: {text:user_agent.original}]';
const FROM_ENVOY = '"{word:http.request.method} {word:url.original} HTTP/{word:http.version}"';
/** Envoy's default format, as Istio, Contour and Envoy Gateway keep it; a request's path holds no blank. */
export const envoy = defineProgram({
  name: 'envoy',
  programs: ['envoy', 'istio-proxy'],
  words: ['"GET', '"POS', '"PUT', '"HEA', '"DEL', '"OPT', '"PAT'],
  groups: [
    {
      fields: REQUEST,
      patterns: ['', '[{word}] '].flatMap((led) =>
        ['"{ip}"', '"[{ip}]"', '"-"'].flatMap((client) => [
          `${led}${FROM_ENVOY} ${STATUS} {word} {num:http.request.bytes} {num:http.response.bytes} {num} {word} ${client} "{text:user_agent.original}" "{word}" "{word:url.domain}" "{word}"`,
          `${led}${FROM_ENVOY} ${STATUS} {word} {word} {quoted:event.reason} {num:http.request.bytes} {num:http.response.bytes} {num} {word} ${client} "{text:user_agent.original}" "{word}" "{word:url.domain}" "{word}" {text}`,
          `${led}${FROM_ENVOY} ${STATUS} {word} {word} - {quoted:event.reason} {num:http.request.bytes} {num:http.response.bytes} {num} {word} ${client} {text}`,
        ]),
      ),
    },
    {
      // Several hops: who of them is to be believed is for `proxies` to say.
      fields: REQUEST,
      patterns: ['', '[{word}] '].map(
        (led) =>
          `${led}${FROM_ENVOY} ${STATUS} {word} {num:http.request.bytes} {num:http.response.bytes} {num} {word} "{text:http.request.forwarded}" "{text:user_agent.original}" "{word}" "{word:url.domain}" "{word}"`,
      ),
    },
  ],
});

/** CloudFront's standard log: tabs between, texts percent-encoded ("Standard logging reference"). */
export const cloudfront = defineProgram({
  name: 'aws-cloudfront',
  programs: ['aws-cloudfront', 'cloudfront'],
  groups: [
    {
      fields: REQUEST,
      patterns: [
        '{word}\t{num:http.response.bytes}\t{ip}\t{word:http.request.method}\t{word}\t{word:url.path}\t{num:http.response.status_code}\t{word:http.request.referrer}\t{word:user_agent.original}\t{word:url.query}\t{word}\t{word}\t{word}\t{word:url.domain}\t{text}',
      ],
    },
  ],
});

/** Zoraxy. */
export const zoraxy = defineProgram({
  name: 'zoraxy',
  groups: VERBS.map((verb) => ({
    fields: { ...REQUEST, 'http.request.method': verb },
    patterns: [`${ORIGIN} ${verb} {path:url.original} ${STATUS}`],
  })),
});

/** Amazon's Application Load Balancer ("Access logs for your Application Load Balancer"). */
export const alb = defineProgram({
  name: 'aws-alb',
  words: ['app/', 'net/'],
  programs: ['aws-alb', 'aws-elb', 'alb'],
  groups: [
    {
      fields: REQUEST,
      patterns: [
        `{word} {ip}:{port} {word} {word} {word} {word} ${STATUS} {word} {num} {num} "{word:http.request.method} {text:url.original} HTTP/{word:http.version}" "{text:user_agent.original}" {text}`,
      ],
    },
  ],
});

const flows = defineProgram({
  name: 'aws-flow-logs',
  programs: ['aws-flow-logs', 'aws-vpc-flow'],
  words: ['eni-'],
  groups: [
    {
      fields: NETWORK,
      patterns: [
        '{num} {num:cloud.account.id} {word} {ip} {ip:destination.ip} {port} {port:destination.port} {word:network.transport} {num:source.packets} {num:source.bytes} {num:event.start} {num:event.end} {word:event.action} {word:event.outcome}[[ {text}]]',
      ],
    },
  ],
});

/** Amazon VPC flow logs, version 2 and the columns that later versions append; times are seconds, the protocol is IANA's number. */
export const flowLogs: DeclaredProgram = {
  ...flows,
  read: (message) => flowOf(flows.read(message)),
  readBare: (message) => flowOf(flows.readBare(message)),
  decode(envelope) {
    const fields = this.read(envelope.message);
    return fields === null ? null : eventOf(envelope, flows.kind, fields);
  },
};

function flowOf(fields: Fields | null): Fields | null {
  if (fields === null) return null;
  const at = (name: string): string | undefined => {
    const seconds = Number(fields[name]);
    return seconds > 0 && seconds < 1e11 ? new Date(seconds * 1000).toISOString() : undefined;
  };
  const number = String(fields['network.transport']);
  return {
    ...fields,
    'network.transport': TRANSPORTS[number] ?? number,
    'event.start': at('event.start'),
    'event.end': at('event.end'),
  };
}

/** CouchDB's request log. */
export const couchdb = defineProgram({
  name: 'couchdb',
  words: ['nono', 'couc'],
  groups: [
    {
      fields: REQUEST,
      patterns: [
        `{word} <{word}> {word} {word:url.domain} {ip} {word:user.name} {word:http.request.method} {path:url.original} ${STATUS} {word} {num}`,
      ],
    },
  ],
});

/** TheHive's access filter. */
export const thehive = defineProgram({
  name: 'thehive',
  bare: true,
  groups: [
    {
      fields: LOGIN_FAILED,
      patterns: [
        '[info] o.t.s.AccessLogFilter [{word}] {ip} POST /api/v1/login took {word} and returned 401 {num} bytes',
        '[info] o.t.s.AccessLogFilter [{word}] {ip} POST /api/login took {word} and returned 401 {num} bytes',
      ],
    },
    {
      fields: REQUEST,
      patterns: [
        `[info] o.t.s.AccessLogFilter [{word}] {ip} {word:http.request.method} {path:url.original} took {word} and returned ${STATUS} {num} bytes`,
      ],
    },
  ],
});

/** Gin, the Go web framework: Gotify, Ollama and many more. */
export const gin = defineProgram({
  name: 'gin',
  heads: ['[GIN] {word} - {word} '],
  programs: ['gin', 'gotify', 'ollama'],
  groups: [
    {
      fields: REQUEST,
      patterns: [`{pre}| ${STATUS} |{gap}{word} |{gap}{ip} | {word:http.request.method}{gap}"{path:url.original}"`],
    },
  ],
});

/** Uvicorn, the Python web server: LiteLLM, Baserow and many more. */
export const uvicorn = defineProgram({
  name: 'uvicorn',
  bare: true,
  programs: ['uvicorn', 'litellm', 'baserow', 'open-webui'],
  groups: [
    {
      fields: REQUEST,
      patterns: ['INFO:{gap}', ''].map((led) => `${led}{ip}:{port} - ${REQUEST_LINE} ${STATUS}[[ {word}]][[ {word}]]`),
    },
  ],
});

/** cPanel's and LiteSpeed's login lines. */
export const hosting = defineProgram({
  name: 'hosting-panels',
  bare: true,
  programs: ['cpanel', 'cpaneld', 'whostmgrd', 'litespeed', 'ispconfig', 'plesk'],
  fail: [
    'info [{word}] {ip} - {user} "{word:http.request.method} {path:url.original} HTTP/{word:http.version}" FAILED LOGIN {text:event.reason}',
    '[NOTICE] [{num}] [{ip}:{port}:{word}] [STDERR] [WebAdmin Console] Failed Login Attempt - username:{user} ip:{text}',
    '{pre}[{ip}:{port}:{word}] [STDERR] [WebAdmin Console] Failed Login Attempt - username:{user} ip:{text}',
    'Failed login for user {user} from {ip}',
    "Failed login for user '{user}' from {ip} at {word} {word}[[ {word}]]",
  ],
  groups: [
    {
      fields: REQUEST,
      patterns: [
        `{ip} - {word:user.name} [{word} {word}] "{word:http.request.method} {word:url.original} HTTP/{word:http.version}" ${STATUS} {num:http.response.bytes} {quoted:http.request.referrer} {quoted:user_agent.original} {text}`,
        `{ip} - {word:user.name} [{word} {word}] ${REQUEST_LINE} ${STATUS} {num:http.response.bytes} {text}`,
      ],
    },
  ],
});
