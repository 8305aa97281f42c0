/** Who a container is: its fields in ECS, the program it runs, whether it is to be read. */

import type { SourceRef } from '../../model/line.ts';
import type { Fields } from '../../model/log-event.ts';
import { matchesName } from '../file/glob.ts';
import type { Chosen } from './settings.ts';

/** What is known of a container. */
export interface Container {
  readonly id: string;
  readonly name: string;
  readonly image: string | null;
  readonly fields?: Fields;
}

/** Images that are not called like what they run. */
const RUNS: Readonly<Record<string, string>> = {
  httpd: 'apache',
  'openssh-server': 'sshd',
  'nginx-proxy': 'nginx',
  'nginx-unprivileged': 'nginx',
  'docker-mailserver': 'postfix',
  server: 'vaultwarden',
};

/** True when the settings want it. Patterns know no folders here: `*` also takes a slash. */
export function isChosen(container: Container, { include, exclude }: Chosen): boolean {
  const fits = (pattern: string): boolean => namesOf(container).some((name) => matchesName(pattern, name));
  return (include.length === 0 || include.some(fits)) && !exclude.some(fits);
}

/** The container's stream within a source. */
export function refOf(container: Container, source: SourceRef, { programs, timezone }: Chosen): SourceRef {
  const { id, name, image } = container;
  const own = Object.entries(programs).find(([pattern]) =>
    namesOf(container).some((each) => matchesName(pattern, each)),
  );
  return {
    id: `${source.id}#${name}/${id.slice(0, 12)}`,
    program: own?.[1] ?? programOf(image),
    timezone: timezone ?? null,
    origin: {
      fields: {
        // Where files are all there is, the id is a place and not the runtime's name of it.
        ...(id.includes('/') ? {} : { 'container.id': id }),
        'container.name': name,
        ...(image === null ? {} : { 'container.image.name': image }),
        ...container.fields,
      },
      host: null,
    },
  };
}

function namesOf({ name, image }: Container): string[] {
  return image === null ? [name] : [name, image];
}

/** `registry.example:5000/team/nginx:1.27@sha256:...` runs `nginx`. */
function programOf(image: string | null): string | null {
  if (image === null || image.startsWith('sha256:')) return null;
  const last = image.slice(image.lastIndexOf('/') + 1);
  const name = /^[\w.-]{1,64}/.exec(last)?.[0] ?? null;
  if (name === null) return null;
  const known = RUNS[name];
  return known === 'vaultwarden' && !image.includes('vaultwarden/') ? name : (known ?? name);
}
