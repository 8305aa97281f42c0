/** OTLP/HTTP logs (opentelemetry.io/docs/specs/otlp, logs.proto), as JSON and as protobuf. */
import { asBuffer, protoFields, protoMessages, protoText } from './proto.ts';
import { addGroup, addLine, nothingYet, type Parsed, type Pushed, timedLine } from './pushed.ts';

const MAX_DEPTH = 16;

type Json = Record<string, unknown>;
interface Value {
  stringValue?: unknown;
  boolValue?: unknown;
  intValue?: unknown;
  doubleValue?: unknown;
  arrayValue?: { values?: Value[] };
  kvlistValue?: { values?: KeyValue[] };
  bytesValue?: unknown;
}
interface KeyValue {
  key?: unknown;
  value?: Value;
}

/** JSON. Throws SyntaxError. */
export function parseOtlpJson(text: string): Parsed {
  const parsed = nothingYet();
  const { resourceLogs } = JSON.parse(text) as { resourceLogs?: unknown };
  if (!Array.isArray(resourceLogs)) throw new SyntaxError('`resourceLogs` is no list');
  for (const each of resourceLogs as Json[]) {
    const attributes = ((each?.resource as Json | undefined)?.attributes ?? []) as KeyValue[];
    const group = addGroup(
      parsed,
      attributes.map(({ key, value }) => [String(key), plain(value)] as const),
    );
    for (const scope of (each?.scopeLogs ?? []) as Json[])
      for (const record of (scope?.logRecords ?? []) as Json[]) {
        const time = String(record.timeUnixNano ?? record.observedTimeUnixNano ?? '');
        addRecord(parsed, group, time, plain(record.body as Value | undefined));
      }
  }
  return parsed;
}

/** Protobuf: ExportLogsServiceRequest { resource_logs=1 { resource=1 { attributes=1 }, scope_logs=2 { log_records=2 } } }. Throws. */
export function parseOtlpProto(bytes: Buffer): Parsed {
  const parsed = nothingYet();
  for (const resourceLogs of protoMessages(bytes, 1)) {
    const labels: [string, unknown][] = [];
    for (const resource of protoMessages(resourceLogs, 1))
      for (const attribute of protoMessages(resource, 1)) labels.push(keyValueOf(attribute, 0));
    const group = addGroup(parsed, labels);
    for (const scope of protoMessages(resourceLogs, 2))
      for (const record of protoMessages(scope, 2)) {
        let time = 0n;
        let observed = 0n;
        let body: unknown;
        for (const { number, value } of protoFields(record)) {
          if (number === 1 && typeof value === 'bigint') time = value;
          else if (number === 11 && typeof value === 'bigint') observed = value;
          else if (number === 5 && typeof value !== 'bigint') body = anyValue(asBuffer(value), 0);
        }
        addRecord(parsed, group, String(time === 0n ? observed : time), body);
      }
  }
  return parsed;
}

function addRecord(parsed: Parsed, group: Pushed, time: string, body: unknown): void {
  if (body === undefined || body === null) parsed.malformed++;
  else addLine(parsed, group, typeof body === 'string' ? timedLine(time, body) : JSON.stringify(body));
}

/** An AnyValue of JSON as a plain value. */
function plain(value: Value | undefined, depth = 0): unknown {
  if (value === undefined || value === null || depth > MAX_DEPTH) return undefined;
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map((each) => plain(each, depth + 1));
  if (value.kvlistValue !== undefined)
    return Object.fromEntries(
      (value.kvlistValue.values ?? []).map((each) => [String(each.key), plain(each.value, depth + 1)]),
    );
  return value.stringValue ?? value.boolValue ?? value.intValue ?? value.doubleValue ?? value.bytesValue;
}

function keyValueOf(bytes: Buffer, depth: number): [string, unknown] {
  let value: unknown;
  for (const each of protoMessages(bytes, 2)) value = anyValue(each, depth + 1);
  return [protoText(bytes, 1), value];
}

/** AnyValue { string=1, bool=2, int=3, double=4, array=5, kvlist=6, bytes=7 }. */
function anyValue(bytes: Buffer, depth: number): unknown {
  if (depth > MAX_DEPTH) return undefined;
  for (const { number, value } of protoFields(bytes)) {
    if (typeof value === 'bigint') {
      if (number === 2) return value !== 0n;
      if (number === 3) return Number(BigInt.asIntN(64, value));
      if (number === 4) return doubleOf(value);
      continue;
    }
    const inner = asBuffer(value);
    if (number === 1) return inner.toString('utf8');
    if (number === 5) return [...protoMessages(inner, 1)].map((each) => anyValue(each, depth + 1));
    if (number === 6)
      return Object.fromEntries([...protoMessages(inner, 1)].map((each) => keyValueOf(each, depth + 1)));
    if (number === 7) return inner.toString('base64');
  }
  return undefined;
}

function doubleOf(bits: bigint): number {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(bits);
  return bytes.readDoubleLE();
}
