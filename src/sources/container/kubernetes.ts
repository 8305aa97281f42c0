/**
 * Container logs of a Kubernetes node: `/var/log/pods/NAMESPACE_POD_UID/CONTAINER/N.log`, or the symlinks
 * `/var/log/containers/POD_NAMESPACE_CONTAINER-ID.log` that lead there.
 */
import { join } from 'node:path';
import type { SourceRef } from '../../model/line.ts';
import { createFileSet, type Member } from '../file/file-set.ts';
import { type Found, findFiles, matchesName } from '../file/glob.ts';
import type { Source, SourceContext } from '../source.ts';
import { createJoin, readCri } from './container-line.ts';
import { type Container, isChosen, refOf } from './identity.ts';
import type { KubernetesSettings } from './settings.ts';

interface Place {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Tells this container from the one before it: pod's uid and count of restarts, or the container's id. */
  readonly id: string;
}

/** A source over the node's containers. */
export function createKubernetes(settings: KubernetesSettings, context: SourceContext): Source {
  const ref: SourceRef = { id: `kubernetes:${settings.path}`, program: null, timezone: settings.timezone ?? null };
  const tally = { malformed: 0, joinedTooLong: 0 };
  const patterns = [join(settings.path, '*', '*', '*.log'), join(settings.path, '*.log')];
  const known = new Map<string, SourceRef | null>();

  async function list(): Promise<Member[]> {
    const found = await findFiles(patterns, []);
    const present = new Set(found.map(({ path }) => path));
    for (const path of known.keys()) if (!present.has(path)) known.delete(path);
    return found.flatMap((file) => {
      const stream = known.get(file.path) ?? (known.has(file.path) ? null : identify(file));
      known.set(file.path, stream);
      return stream === null ? [] : [{ file, ref: stream }];
    });
  }

  function identify({ path }: Found): SourceRef | null {
    const place = placeOf(path);
    if (place === null) return null;
    if (settings.namespaces.length > 0 && !settings.namespaces.some((each) => matchesName(each, place.namespace)))
      return null;
    const container: Container = { id: place.id, name: place.container, image: null, fields: fieldsOf(place) };
    if (!isChosen(container, settings)) return null;
    const stream = refOf(container, ref, settings);
    const name = `${place.namespace}/${place.pod}/${place.container}`;
    // Without an image at hand the container's name says best what it runs.
    return { ...stream, id: `${ref.id}#${name}/${place.id}`, program: stream.program ?? place.container };
  }

  return createFileSet(
    {
      ref,
      list,
      from: settings.from,
      maxFiles: settings.max_files,
      reshape: (_member, resume) => createJoin(readCri, tally, resume),
      counts: () => ({ ...tally }),
    },
    context,
  );
}

/** What a path says; names of Kubernetes hold no underscore. */
export function placeOf(path: string): Place | null {
  const pods = /(?:^|\/)([^/_]+)_([^/_]+)_([^/_]+)\/([^/]+)\/(\d+)\.log$/.exec(path);
  if (pods !== null) {
    const [, namespace, pod, uid, container, count] = pods as unknown as string[];
    return { namespace: namespace!, pod: pod!, container: container!, id: `${uid}/${count}` };
  }
  const link = /(?:^|\/)([^/_]+)_([^/_]+)_([^/_]+)-([0-9a-f]{64})\.log$/.exec(path);
  if (link === null) return null;
  const [, pod, namespace, container, id] = link as unknown as string[];
  return { namespace: namespace!, pod: pod!, container: container!, id: id! };
}

function fieldsOf({ namespace, pod, id }: Place): Readonly<Record<string, string>> {
  const uid = id.includes('/') ? id.slice(0, id.indexOf('/')) : null;
  return {
    'orchestrator.type': 'kubernetes',
    'orchestrator.namespace': namespace,
    'orchestrator.resource.type': 'pod',
    'orchestrator.resource.name': pod,
    ...(uid === null ? {} : { 'orchestrator.resource.id': uid }),
  };
}
