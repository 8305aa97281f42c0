/** Reads a configuration name with all that belongs to it: `.conf`, `.d/*.conf`, `.local`, `.d/*.local`, and their includes. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { Conf } from './conf.ts';
import { type Ini, parseIni } from './ini.ts';

const MAX_FILE_BYTES = 4 << 20;
const MAX_FILES = 500;

/** The files of a base name (without its ending) that exist, in the order in which they override each other. */
export function filesOf(base: string): string[] {
  const own = (ending: string): string[] => {
    const folder = `${base}.d`;
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => name.endsWith(ending) && !name.startsWith('.'))
      .sort()
      .map((name) => join(folder, name));
  };
  return [`${base}.conf`, ...own('.conf'), `${base}.local`, ...own('.local')].filter((file) => existsSync(file));
}

/** Reads and merges. Null when no file of that name exists. Throws AppError for a file that is wrong. */
export function readConf(base: string): Conf | null {
  const files = filesOf(base);
  if (files.length === 0) return null;
  const cache = new Map<string, Ini | null>();
  const load = (file: string): Ini | null => {
    let ini = cache.get(file);
    if (ini === undefined) {
      ini = readIni(file);
      cache.set(file, ini);
    }
    return ini;
  };
  const conf = new Conf();
  for (const file of withIncludes(files, load, [])) {
    const ini = load(file);
    if (ini !== null) conf.merge(ini, file);
  }
  return conf;
}

function readIni(file: string): Ini | null {
  try {
    if (!statSync(file).isFile() || statSync(file).size > MAX_FILE_BYTES) return null;
    return parseIni(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function withIncludes(files: readonly string[], load: (file: string) => Ini | null, seen: readonly string[]): string[] {
  const out: string[] = [];
  for (const file of withLocals(files)) {
    const ini = load(file);
    if (ini === null) continue;
    const alone = new Conf();
    alone.merge(ini, file);
    const named = (option: string): string[] =>
      (alone.get('INCLUDES', option) ?? '')
        .split('\n')
        .filter((name) => name !== '')
        .map((name) => (isAbsolute(name) ? name : join(dirname(file), name)))
        .filter((name) => !seen.includes(name));
    const below = [...seen, file];
    const before = withIncludes(named('before'), load, below);
    const after = withIncludes(named('after'), load, below);
    out.push(...before, file, ...after);
    if (out.length > MAX_FILES) break;
  }
  return out;
}

/** Each file followed by its `.local`, where there is one. */
function withLocals(files: readonly string[]): string[] {
  return files.flatMap((file) => {
    const local = file.replace(/\.[^./]*$/, '.local');
    return local !== file && !files.includes(local) && existsSync(local) ? [file, local] : [file];
  });
}
