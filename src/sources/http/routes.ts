/** Which body is meant by which path and type, and what senders of each kind want to hear. */
import type { IncomingHttpHeaders } from 'node:http';
import { Refused } from './body.ts';
import { parseLokiJson, parseLokiProto } from './loki.ts';
import { parseOtlpJson, parseOtlpProto } from './otlp.ts';
import type { Parsed } from './pushed.ts';
import { parseBulk, parseJson, parseNdjson, parseText } from './records.ts';
import { unsnap } from './snappy.ts';

/** What is answered when the lines are taken. */
export interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly body: string;
}

/** A body made sense of. */
export interface Request {
  readonly parsed: Parsed;
  readonly answer: Answer;
}

const JSON_TYPE = 'application/json';

/** Parses. Throws Refused. */
export function parseRequest(path: string, headers: IncomingHttpHeaders, bytes: Buffer, maxBytes: number): Request {
  const type = (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  try {
    if (path === '/v1/logs') return otlp(type, bytes);
    if (path === '/loki/api/v1/push') return loki(type, bytes, headers['content-encoding'], maxBytes);
    if (path === '/_bulk' || /^\/[^/]{1,255}\/_bulk$/.test(path)) return bulk(bytes);
    if (path === '/' || path === '/v1/lines' || path === '/ingest') return lines(type, bytes);
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused(400, `the body cannot be read: ${(error as Error).message}`.slice(0, 200));
  }
  throw new Refused(404, 'POST to /v1/lines, /v1/logs (OTLP), /loki/api/v1/push or /_bulk');
}

function otlp(type: string, bytes: Buffer): Request {
  if (type === 'application/x-protobuf')
    return { parsed: parseOtlpProto(bytes), answer: { status: 200, type, body: '' } };
  if (type !== JSON_TYPE) throw new Refused(415, 'OTLP is application/json or application/x-protobuf');
  return {
    parsed: parseOtlpJson(bytes.toString('utf8')),
    answer: { status: 200, type, body: '{"partialSuccess":{}}' },
  };
}

/** Protobuf comes packed with snappy, whether the header says so or not. */
function loki(type: string, bytes: Buffer, encoding: string | undefined, maxBytes: number): Request {
  const answer: Answer = { status: 204, body: '' };
  if (type === JSON_TYPE) return { parsed: parseLokiJson(bytes.toString('utf8')), answer };
  return { parsed: parseLokiProto(encoding === 'snappy' ? bytes : unpackLoki(bytes, maxBytes)), answer };
}

function unpackLoki(bytes: Buffer, maxBytes: number): Buffer {
  try {
    return unsnap(bytes, maxBytes);
  } catch (error) {
    if (error instanceof RangeError) throw new Refused(413, `more than ${maxBytes} bytes (max_body)`);
    throw error;
  }
}

function bulk(bytes: Buffer): Request {
  const parsed = parseBulk(bytes.toString('utf8'));
  const items = parsed.actions.map((action) => ({
    [action]: { status: 201, result: 'created', _index: 'bekci', _id: '' },
  }));
  return { parsed, answer: { status: 200, type: JSON_TYPE, body: JSON.stringify({ took: 1, errors: false, items }) } };
}

function lines(type: string, bytes: Buffer): Request {
  const text = bytes.toString('utf8');
  const answer = (parsed: Parsed): Request => {
    const accepted = parsed.groups.reduce((sum, { texts }) => sum + texts.length, 0);
    return {
      parsed,
      answer: { status: 200, type: JSON_TYPE, body: JSON.stringify({ accepted, malformed: parsed.malformed }) },
    };
  };
  if (type === 'application/x-ndjson' || type === 'application/jsonlines' || type === 'application/stream+json')
    return answer(parseNdjson(text));
  if (type === JSON_TYPE) return answer(isNdjson(text) ? parseNdjson(text) : parseJson(text));
  if (type === 'text/plain' || type === '' || type === 'application/x-www-form-urlencoded')
    return answer(parseText(text));
  throw new Refused(415, 'send application/x-ndjson, application/json or text/plain');
}

/** Some shippers send one object a line and call it JSON. */
function isNdjson(text: string): boolean {
  return /^\s*\{/.test(text) && /\}\s*\n\s*\{/.test(text.slice(0, 1 << 20));
}

/** What Elasticsearch's clients ask before they send. Null for other paths. */
export function elasticGreeting(path: string): string | null {
  if (path === '/')
    return '{"name":"bekci","cluster_name":"bekci","version":{"number":"8.17.0","build_flavor":"default"},"tagline":"You Know, for Search"}';
  if (path === '/_license' || path === '/_xpack')
    return '{"license":{"status":"active","type":"basic","mode":"basic","uid":"bekci"}}';
  return null;
}
