/**
 * Docker's json-file logs, without asking the engine: one file a container, its name and image from `config.v2.json` beside it.
 * A container that is made anew is a new file, read from its beginning.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceRef } from '../../model/line.ts';
import { createFileSet, type Member } from '../file/file-set.ts';
import type { Source, SourceContext } from '../source.ts';
import { createJoin, readJsonFile } from './container-line.ts';
import { type Container, isChosen, refOf } from './identity.ts';
import type { DockerFilesSettings } from './settings.ts';

const MAX_CONFIG = 4 * 1024 * 1024;
const MAX_LABELS = 64;

/** A source over all containers' files. */
export function createDockerFiles(settings: DockerFilesSettings, context: SourceContext): Source {
  const ref: SourceRef = { id: `docker-files:${settings.path}`, program: null, timezone: settings.timezone ?? null };
  const tally = { malformed: 0, joinedTooLong: 0 };
  const known = new Map<string, SourceRef | null>();

  async function list(): Promise<Member[]> {
    const ids = (await readdir(settings.path)).filter((name) => /^[0-9a-f]{12,64}$/.test(name));
    const present = new Set(ids);
    for (const id of known.keys()) if (!present.has(id)) known.delete(id);
    const members: Member[] = [];
    for (const id of ids) {
      const path = join(settings.path, id, `${id}-json.log`);
      const info = await stat(path).catch(() => null);
      if (info?.isFile() !== true) continue;
      const stream = known.get(id) ?? (known.has(id) ? null : await identify(id));
      known.set(id, stream);
      if (stream === null) continue;
      const { ino: inode, dev: device, birthtimeMs: birth, mtimeMs: modified } = info;
      members.push({ file: { path, inode, device, birth, modified }, ref: stream });
    }
    return members;
  }

  async function identify(id: string): Promise<SourceRef | null> {
    const container = await readConfig(join(settings.path, id, 'config.v2.json'), id);
    return isChosen(container, settings) ? refOf(container, ref, settings) : null;
  }

  return createFileSet(
    {
      ref,
      list,
      from: settings.from,
      maxFiles: settings.max_files,
      reshape: (_member, resume) => createJoin(readJsonFile, tally, resume),
      counts: () => ({ ...tally }),
    },
    context,
  );
}

/** Name, image and labels; a container whose file cannot be read is known by its id alone. */
async function readConfig(path: string, id: string): Promise<Container> {
  const unknown: Container = { id, name: id.slice(0, 12), image: null };
  try {
    if ((await stat(path)).size > MAX_CONFIG) return unknown;
    const { Name, Config } = JSON.parse(await readFile(path, 'utf8')) as {
      Name?: unknown;
      Config?: { Image?: unknown; Labels?: unknown };
    };
    return {
      id,
      name: typeof Name === 'string' && Name.length > 1 ? Name.replace(/^\//, '') : unknown.name,
      image: typeof Config?.Image === 'string' ? Config.Image : null,
      fields: labelFields(Config?.Labels),
    };
  } catch {
    return unknown;
  }
}

/** `container.labels.NAME`, at most 64 of up to 256 characters. */
export function labelFields(labels: unknown): Readonly<Record<string, string>> {
  if (typeof labels !== 'object' || labels === null) return {};
  return Object.fromEntries(
    Object.entries(labels)
      .filter(([name, value]) => typeof value === 'string' && value.length <= 256 && name.length <= 128)
      .slice(0, MAX_LABELS)
      .map(([name, value]) => [`container.labels.${name}`, value as string]),
  );
}
