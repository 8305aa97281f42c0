/** Loki's push API: `{"streams":[{"stream":{labels},"values":[["ns","line"]]}]}`, or the same as snappy-packed protobuf (push.proto). */
import { protoFields, protoMessages, protoText } from './proto.ts';
import { addGroup, addLine, nothingYet, type Parsed, timedLine } from './pushed.ts';

/** JSON. Throws SyntaxError. */
export function parseLokiJson(text: string): Parsed {
  const parsed = nothingYet();
  const { streams } = JSON.parse(text) as { streams?: unknown };
  if (!Array.isArray(streams)) throw new SyntaxError('`streams` is no list');
  for (const each of streams as { stream?: unknown; values?: unknown }[]) {
    const labels = typeof each?.stream === 'object' && each.stream !== null ? Object.entries(each.stream) : [];
    const group = addGroup(parsed, labels);
    for (const value of Array.isArray(each?.values) ? (each.values as unknown[]) : []) {
      const [time, line] = Array.isArray(value) ? (value as unknown[]) : [];
      if (typeof line === 'string') addLine(parsed, group, timedLine(typeof time === 'string' ? time : null, line));
      else parsed.malformed++;
    }
  }
  return parsed;
}

/** Protobuf: PushRequest { streams=1 { labels=1, entries=2 { timestamp=1 { seconds=1, nanos=2 }, line=2 } } }. Throws. */
export function parseLokiProto(bytes: Buffer): Parsed {
  const parsed = nothingYet();
  for (const stream of protoMessages(bytes, 1)) {
    const group = addGroup(parsed, labelsOf(protoText(stream, 1)));
    for (const entry of protoMessages(stream, 2)) {
      let time: bigint | null = null;
      for (const stamp of protoMessages(entry, 1)) time = nanosecondsOf(stamp);
      addLine(parsed, group, timedLine(time, protoText(entry, 2)));
    }
  }
  return parsed;
}

function nanosecondsOf(stamp: Buffer): bigint {
  let seconds = 0n;
  let nanos = 0n;
  for (const { number, value } of protoFields(stamp)) {
    if (typeof value !== 'bigint') continue;
    if (number === 1) seconds = value;
    else if (number === 2) nanos = value;
  }
  return seconds * 1_000_000_000n + nanos;
}

/** `{app="web", host="a\"b"}` */
function labelsOf(text: string): [string, string][] {
  const labels: [string, string][] = [];
  let at = 1;
  while (at < text.length && labels.length < 64) {
    const equals = text.indexOf('="', at);
    if (equals < 0) break;
    let end = equals + 2;
    while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
    labels.push([
      text.slice(at, equals).replace(/^[,\s]+/, ''),
      text.slice(equals + 2, end).replaceAll(/\\(.)/g, '$1'),
    ]);
    at = end + 1;
  }
  return labels;
}
