/** Follows the files of a pattern such as `/var/log/**` + `/*.log`, whichever there are. */
import type { SourceRef } from '../../model/line.ts';
import type { Source, SourceContext } from '../source.ts';
import { createFileSet, type Member } from './file-set.ts';
import { type Found, findFiles } from './glob.ts';

/** What a pattern source is given. */
export interface PatternSettings {
  /** What the source is called, and its pattern unless there are several. */
  readonly path: string;
  readonly patterns?: readonly string[];
  readonly exclude: readonly string[];
  readonly maxFiles: number;
  readonly program: string | null;
  readonly timezone: string | null;
  readonly from: 'start' | 'end';
}

/** A source over the files that fit. */
export function createPattern(settings: PatternSettings, context: SourceContext): Source {
  const ref: SourceRef = { id: `file:${settings.path}`, program: settings.program, timezone: settings.timezone };
  const refs = new Map<string, SourceRef>();

  async function list(): Promise<Member[]> {
    const found = withoutRotated(await findFiles(settings.patterns ?? [settings.path], settings.exclude));
    const present = new Set(found.map(({ path }) => path));
    for (const path of refs.keys()) if (!present.has(path)) refs.delete(path);
    return found.map((file) => {
      const known = refs.get(file.path) ?? {
        ...ref,
        id: `${ref.id}#${file.path}`,
        origin: { fields: { 'log.file.path': file.path }, host: null },
      };
      refs.set(file.path, known);
      return { file, ref: known };
    });
  }

  return createFileSet({ ref, list, from: settings.from, maxFiles: settings.maxFiles }, context);
}

/** Without compressed files, and without those that only are older pieces (`x.log.1`) of a file beside them. */
export function withoutRotated(found: readonly Found[]): Found[] {
  const paths = new Set(found.map(({ path }) => path));
  return found.filter(({ path }) => {
    if (/\.(?:gz|zst|xz|bz2|lz4|zip)$/.test(path)) return false;
    const base = /^(.+?)[.-]\d{1,10}(?:-\d{1,10})?$/.exec(path)?.[1];
    return base === undefined || !paths.has(base);
  });
}
