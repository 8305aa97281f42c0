/** Finds and reads rule files: single files, folders, and .tar, .tar.gz and .zip archives. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { fail } from '../../kit/errors.ts';
import { unzip } from './unzip.ts';

/** One rule file's text. */
export interface RuleFile {
  readonly path: string;
  readonly text: string;
}

const MAX_FILES = 50_000;
const MAX_UNPACKED = 512 * 1024 * 1024;

/** All `.yml`/`.yaml` files below the given paths, `*.cases.yml` left out. Throws RULES_READ for a path that cannot be read. */
export function readRuleFiles(paths: readonly string[]): RuleFile[] {
  const out: RuleFile[] = [];
  for (const path of paths) {
    try {
      collect(path, out, true);
    } catch (cause) {
      if (cause instanceof Error && cause.name === 'AppError') throw cause;
      fail('RULES_READ', {
        message: `cannot read rules from ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
        hint: 'name a rule file, a folder, or a .tar.gz or .zip archive',
        cause,
      });
    }
  }
  return out;
}

function collect(path: string, out: RuleFile[], named: boolean): void {
  if (out.length >= MAX_FILES) fail('RULES_READ', { message: `more than ${MAX_FILES} rule files` });
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path).sort()) if (!name.startsWith('.')) collect(join(path, name), out, false);
  } else if (/\.(tar\.gz|tgz|tar)$/.test(path) && named) {
    const bytes = readFileSync(path);
    out.push(...untar(path.endsWith('.tar') ? bytes : gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED })));
  } else if (path.endsWith('.zip') && named) {
    for (const { name, bytes } of unzip(readFileSync(path), { wanted: isPackedRule, most: MAX_UNPACKED }))
      out.push({ path: name, text: bytes.toString('utf8') });
  } else if (isRuleName(path) || named) {
    out.push({ path, text: readFileSync(path, 'utf8') });
  }
}

/** A rule of an archive; `.github` and the like hold YAML that is none. */
function isPackedRule(name: string): boolean {
  return isRuleName(name) && !/(^|\/)\./.test(name);
}

function isRuleName(path: string): boolean {
  return /\.ya?ml$/.test(path) && !/\.cases\.ya?ml$/.test(path);
}

/** Regular files of a POSIX (ustar, pax) archive, IEEE Std 1003.1 section "pax". */
function untar(bytes: Buffer): RuleFile[] {
  const out: RuleFile[] = [];
  let longName = '';
  for (let at = 0; at + 512 <= bytes.length; ) {
    const header = bytes.subarray(at, at + 512);
    if (header[0] === 0) break;
    const size = Number.parseInt(header.toString('latin1', 124, 136), 8) || 0;
    const type = String.fromCharCode(header[156]!);
    const body = bytes.subarray(at + 512, at + 512 + size);
    const prefix = text(header, 345, 155);
    const name = longName || (prefix === '' ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`);
    longName = '';
    if (type === 'L') longName = body.toString('utf8').replace(/\0.*$/s, '');
    else if (type === 'x') longName = /^\d+ path=(.*)$/m.exec(body.toString('utf8'))?.[1] ?? '';
    else if ((type === '0' || type === '\0') && isPackedRule(name))
      out.push({ path: name, text: body.toString('utf8') });
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return out;
}

function text(header: Buffer, start: number, length: number): string {
  const end = header.indexOf(0, start);
  return header.toString('utf8', start, end < 0 || end > start + length ? start + length : end);
}
