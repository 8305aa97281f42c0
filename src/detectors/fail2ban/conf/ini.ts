/** Reads INI text as fail2ban does (docs.python.org/3/library/configparser.html): `#` and `;` comments, indented continuation. */
import { fail } from '../../../kit/errors.ts';

/** Options of one section, names in lower case, in the order they were written. */
export type Section = Map<string, string>;

/** One file, or several merged. */
export interface Ini {
  readonly defaults: Section;
  readonly sections: Map<string, Section>;
}

/** Parses one file's text. Throws AppError with file and line. */
export function parseIni(text: string, file: string): Ini {
  const defaults = new Map<string, string[]>();
  const sections = new Map<string, Map<string, string[]>>();
  const seen = new Set<string>();
  let current: Map<string, string[]> | null = null;
  let sectionName = '';
  let value: string[] | null = null;
  let indent = 0;
  const wrong: (line: number, message: string) => never = (line, message) =>
    fail('FAIL2BAN_INI', { message, hint: 'fail2ban would not read this file either', at: { file, line } });

  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    const comment = commentStart(line);
    const body = line.slice(0, comment ?? line.length).trim();
    if (body === '') {
      if (comment === null && value !== null) value.push('');
      continue;
    }
    const depth = line.search(/\S/);
    if (current !== null && value !== null && depth > indent) {
      value.push(body);
      continue;
    }
    indent = depth;
    const header = /^\[(.+)\]/.exec(body);
    if (header !== null) {
      sectionName = header[1]!;
      value = null;
      if (sectionName === 'DEFAULT') current = defaults;
      else {
        if (seen.has(sectionName)) wrong(index + 1, `section [${sectionName}] stands here twice`);
        seen.add(sectionName);
        current = new Map();
        sections.set(sectionName, current);
      }
      continue;
    }
    if (current === null) wrong(index + 1, 'text before the first [section]');
    const option = /^(.*?)\s*[=:]\s*(.*)$/.exec(body);
    if (option === null || option[1] === '') wrong(index + 1, `neither a section nor an option: ${body.slice(0, 60)}`);
    const name = option[1]!.trimEnd().toLowerCase();
    if (seen.has(`${sectionName}\n${name}`)) wrong(index + 1, `option ${name} stands in [${sectionName}] twice`);
    seen.add(`${sectionName}\n${name}`);
    value = [option[2]!.trim()];
    current.set(name, value);
  }
  const joined = (section: Map<string, string[]>): Section =>
    new Map([...section].map(([name, parts]) => [name, parts.join('\n').trimEnd()]));
  return {
    defaults: joined(defaults),
    sections: new Map([...sections].map(([name, section]) => [name, joined(section)])),
  };
}

/** Where a comment begins: at `#` or `;` that open the line, or at a `;` behind a blank. */
function commentStart(line: string): number | null {
  if (/^\s*[#;]/.test(line)) return 0;
  for (let at = line.indexOf(';'); at >= 0; at = line.indexOf(';', at + 1))
    if (at === 0 || /\s/.test(line[at - 1]!)) return at;
  return null;
}
