/** Streams of what is pushed: one a sender and set of labels; labels become fields, within bounds. */
import { createHash } from 'node:crypto';
import type { SourceRef } from '../../model/line.ts';
import type { Fields } from '../../model/log-event.ts';
import type { Peers } from '../stream/peers.ts';

const MAX_STREAMS = 1024;

/** Labels and resource attributes that have a field of their own in ECS. */
const FIELDS: Readonly<Record<string, string>> = {
  'container.id': 'container.id',
  'container.name': 'container.name',
  'container.image.name': 'container.image.name',
  container: 'container.name',
  'k8s.namespace.name': 'orchestrator.namespace',
  namespace: 'orchestrator.namespace',
  'k8s.pod.name': 'orchestrator.resource.name',
  pod: 'orchestrator.resource.name',
  'k8s.container.name': 'container.name',
  'service.name': 'service.name',
  service_name: 'service.name',
  filename: 'log.file.path',
  'log.file.path': 'log.file.path',
};
const PROGRAMS = ['syslog_identifier', 'app', 'service_name', 'service.name', 'container', 'k8s.container.name'];
const HOSTS = ['host', 'hostname', 'host.name', 'instance'];

/** Finds or makes the stream of a sender's labels; null when it may not send. */
export type StreamOf = (address: string, labels: Readonly<Record<string, string>>) => SourceRef | null;

/** Streams over senders. */
export function createStreams(peers: Peers): StreamOf {
  const known = new Map<string, SourceRef>();
  return (address, labels) => {
    const peer = peers.of(address);
    const names = Object.keys(labels).sort();
    if (peer === null || names.length === 0) return peer;
    const key = `${peer.id}/${createHash('sha256')
      .update(JSON.stringify([labels, names]))
      .digest('hex')
      .slice(0, 12)}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const ref: SourceRef = {
      ...peer,
      id: key,
      program: peer.program ?? first(labels, PROGRAMS),
      origin: {
        fields: { ...fieldsOf(labels), ...peer.origin?.fields },
        // A relay's word is believed; otherwise the sender's address or name stands.
        host: peer.origin?.host ?? first(labels, HOSTS),
      },
    };
    if (known.size >= MAX_STREAMS) known.delete(known.keys().next().value!);
    known.set(key, ref);
    return ref;
  };
}

function fieldsOf(labels: Readonly<Record<string, string>>): Fields {
  return Object.fromEntries(
    Object.entries(labels).map(([name, value]) => [
      Object.hasOwn(FIELDS, name) ? FIELDS[name]! : `labels.${name}`,
      value,
    ]),
  );
}

function first(labels: Readonly<Record<string, string>>, names: readonly string[]): string | null {
  for (const name of names) if (labels[name] !== undefined) return labels[name];
  return null;
}
