/** Merged configuration with fail2ban's interpolation: `%(name)s`, `%(section/name)s`, `%(known/name)s`. */
import { fail } from '../../../kit/errors.ts';
import type { Ini, Section } from './ini.ts';

const MAX_DEPTH = 10;
const NO_OPTIONS: ReadonlyMap<string, string> = new Map();

/** Options by name. */
export type Options = ReadonlyMap<string, string>;

/** Sections of all files of one name; later files override earlier ones, whose values stay reachable as `known/`. */
export class Conf {
  readonly defaults: Section = new Map();
  readonly sections = new Map<string, Section>();
  /** The last file merged, for messages. */
  file = '';

  /** Lays a file over what was read before. */
  merge(ini: Ini, file: string): void {
    this.file = file;
    for (const [name, value] of ini.defaults) this.defaults.set(name, value);
    for (const [header, section] of ini.sections) {
      const conditional = /^(\w+)(\?.+)$/.exec(header);
      const name = conditional === null ? header : conditional[1]!;
      const own = new Map(
        conditional === null ? section : [...section].map(([key, value]) => [key + conditional[2]!, value]),
      );
      const known = this.sections.get(name);
      if (known === undefined) {
        this.sections.set(name, own);
        continue;
      }
      const replaced = [...known].filter(([key]) => own.has(key));
      this.extend(`KNOWN/${name}`, new Map(replaced));
      for (const [key, value] of own) known.set(key, value);
    }
  }

  /** Adds options to a section, made if it is missing. */
  extend(name: string, options: Options, prefix = ''): void {
    const section = this.sections.get(name) ?? new Map<string, string>();
    this.sections.set(name, section);
    for (const [key, value] of options) if (prefix === '' || !key.startsWith(prefix)) section.set(prefix + key, value);
  }

  /** Section names, without those that keep replaced values. */
  names(): string[] {
    return [...this.sections.keys()].filter((name) => !name.startsWith('KNOWN/'));
  }

  /** An interpolated option, or null where neither the section nor the defaults have it. Throws AppError for a name nothing defines. */
  get(sectionName: string, option: string, vars: Options = NO_OPTIONS): string | null {
    const section = this.sections.get(sectionName);
    if (section === undefined && sectionName !== 'DEFAULT') return null;
    const name = option.toLowerCase();
    const look = (key: string): string | undefined => vars.get(key) ?? section?.get(key) ?? this.defaults.get(key);
    const value = look(name);
    return value === undefined ? null : this.interpolate(value, sectionName, name, look, 1);
  }

  /** As `get`, for names like `section/option` and `known/option` too. */
  getAny(sectionName: string, option: string, vars: Options): string | null {
    const found = /^([\w-]+)\/([^\s>]+)$/.exec(option);
    if (found !== null) {
      const [, where, name] = found as unknown as [string, string, string];
      const lower = where.toLowerCase();
      const places =
        lower === 'known' ? [`KNOWN/${sectionName}`, sectionName] : [lower === 'default' ? 'DEFAULT' : where];
      for (const place of places) {
        const value = this.get(place, name);
        if (value !== null) return value;
      }
    }
    return this.get(sectionName, option, vars);
  }

  private interpolate(
    text: string,
    section: string,
    option: string,
    look: (key: string) => string | undefined,
    depth: number,
  ): string {
    const wrong = (message: string): never =>
      fail('FAIL2BAN_INTERPOLATION', {
        message: `[${section}] ${option}: ${message}`,
        hint: 'fail2ban would not read this either',
        at: { file: this.file },
      });
    if (depth > MAX_DEPTH) wrong('values refer to each other too deeply');
    let out = '';
    for (let at = 0; ; ) {
      const next = text.indexOf('%', at);
      if (next < 0) return out + text.slice(at);
      out += text.slice(at, next);
      if (text[next + 1] === '%') {
        out += '%';
        at = next + 2;
        continue;
      }
      const found = /^%\(([^)]+)\)s/.exec(text.slice(next));
      if (found === null) return wrong(`% must be followed by % or (name)s: ${text.slice(next, next + 20)}`);
      const key = found[1]!;
      const value = this.named(key, section, look) ?? wrong(`nothing defines %(${key})s`);
      out += value.includes('%') ? this.interpolate(value, section, option, look, depth + 1) : value;
      at = next + found[0].length;
    }
  }

  private named(key: string, section: string, look: (key: string) => string | undefined): string | undefined {
    const lower = key.toLowerCase();
    if (lower === '__name__') return section;
    const plain = look(lower);
    if (plain !== undefined) return plain;
    const found = /^([\w-]+)\/(.+)$/.exec(key);
    if (found === null) return undefined;
    const name = found[2]!.toLowerCase();
    const where = found[1]!;
    if (where.toLowerCase() === 'default') return this.defaults.get(name);
    if (where.toLowerCase() === 'known')
      return this.sections.get(`KNOWN/${section}`)?.get(name) ?? this.defaults.get(name);
    const other = this.sections.get(where);
    return other === undefined ? undefined : (other.get(name) ?? this.defaults.get(name));
  }
}
