/** The ways a command is written so that a filter misses it and a shell does not: globs, empty variables, braces, quotes, batch files. */

/** Folders a glob is aimed at. A route such as `/[slug]/page` names one character and so none of them. */
const FOLDERS = ['etc', 'bin', 'usr', 'dev', 'proc', 'tmp', 'var', 'home', 'root', 'sbin', 'opt', 'sys', 'lib'];
const PLAIN_FOLDER = new Set(['etc', 'bin', 'sbin', 'usr', 'proc', 'dev']);
const GLOBBED = /[?*[]/;
const ENDS_SEGMENT = /[\s;|&<>"'`),=]/;
const MAX_SEGMENTS = 64;

const EVASIONS = new RegExp(
  [
    // a function whose body forks, and the opening of one in a value: Shellshock
    '\\(\\)\\s{0,4}\\{[^}]{0,40}\\|[^}]{0,40}&\\s{0,4}\\}\\s{0,4};|^\\s{0,4}\\(\\)\\s{0,4}\\{',
    // arithmetic, tilde expansions of the working and the previous folder
    '\\$\\[\\s{0,4}\\d|^~[+-](?:\\d{0,4}$|/)',
    // {,whoami} {,$"id",}
    '\\{\\s{0,4},\\s{0,4}[$"\'a-z/][^{}\\s]{1,40}\\}',
    '(?:^|[\\s;|&(])(?:un)?alias\\s{1,4}[a-z_]\\w{0,24}=|\\$[\'"]\\{?\\w',
    '^\\$\\{?(?:home|path|shell|ifs|pwd|oldpwd|hostname|bash_version|bash_env|ld_preload|euid|uid)\\}?$',
    // the dot commands of sqlite3's shell
    '(?:^|[;\\n])\\s{0,4}\\.(?:sh|shell|system|excel|backup|restore|import|load|output|once|archive|read|dump)\\s{1,4}[\\w/"\'|]',
    // payload lists sent without filling in their place for the command
    '[;|&<>^`\\r\\n=\'"]\\s{0,4}\\{cmd\\}|\\\\n\\{cmd\\}',
    '(?:^|[;|&\\n]\\s{0,4})(?:export|declare|typeset|readonly)\\s{1,4}(?:-\\w\\s)?[a-z_]\\w{0,24}=\\S',
    '(?:^|[;|&`(])\\s{0,4}(?:ba|z|k|c|da)?sh\\s{1,4}(?:<<<|<\\()',
    '<<<\\s{0,4}[$"\'`{]|\\bxargs\\s{1,4}(?:-\\w\\s{1,4}){0,4}(?:ba)?sh\\b|\\$\\(\\(|\\$\\{!|\\$\\{[a-z@#]{1,12}[:%#/^,]',
  ].join('|'),
);
/** `a=x;$a`: what was just assigned is run. */
const ASSIGNED = /(?:^|[\s;|&\r\n])([a-z_]\w{0,16})=[^;&|]{1,80}[;&|\n]{1,2}\s{0,4}\$\{?\1\b/;
const BATCH_VERB =
  '(?:echo|goto|set|del|call|copy|move|cmd|start|rem|md|rd|ren|dir|type|exit|shift|cd|@|for|net|powershell)';
/** `if` of a batch file, whose condition or consequence no sentence has. */
const BATCH = new RegExp(
  [
    `(?:^|[\\s&|(;])if\\s{1,16}(?:/i\\s{1,8})?(?:not\\s{1,8})?(?:exist|defined|errorlevel|cmdextversion)\\s{1,8}[^\\s]{1,80}\\s{1,16}\\(?\\s{0,4}${BATCH_VERB}\\b`,
    `(?:^|[\\s&|(;])if\\s{1,16}(?:/i\\s{1,8})?(?:not\\s{1,8})?[^\\s=]{1,60}\\s{0,8}==\\s{0,8}[^\\s=]{1,60}\\s{1,16}\\(?\\s{0,4}${BATCH_VERB}\\b`,
    `(?:^|[\\s&|(;])if\\s{1,16}(?:/i\\s{1,8})?(?:not\\s{1,8})?[^\\s]{1,60}\\s{1,16}(?:equ|neq|lss|leq|gtr|geq)\\s`,
    '(?:^|[\\s&|(;])(?:forfiles|wmic|certutil|bitsadmin|mshta|regsvr32|rundll32|cscript|wscript|schtasks|bcdboot|bcdedit|vssadmin|msiexec|installutil)(?:\\.exe)?\\s{0,4}[/-]\\w',
  ].join('|'),
);
/** Quotes with letters of the same word before or behind them; a whole word in quotes is somebody's exact phrase. */
const SPLIT_BY_QUOTES =
  /^\W{0,2}(?:[a-z]{1,12}(?:'[a-z]{0,12}'|"[a-z]{0,12}")|(?:'[a-z]{1,12}'|"[a-z]{1,12}")(?:[a-z]{1,12}|\s{1,4}[-/~]))/;

/** Text without what a shell drops between the letters of a word. Null when there is nothing of the kind. */
export function withoutDropped(text: string): string | null {
  const bare = text.replace(DROPPED, '').replace(EMPTY_VARIABLE, '');
  return bare.length < text.length ? bare : null;
}

const DROPPED = /\\(?=[a-z])|''|""|\$[@*?_!#-](?=[a-z/\s]|$)|<\(\)|\$\{\w{0,16}\}|\^|\$\(\)|``/g;
/** `c$xat`, `/bi$u/cat`: only inside a word, for a price begins with the sign. */
const EMPTY_VARIABLE = /(?<=[a-z/])\$[a-z0-9_]{1,8}(?=[\s/])/g;

/** True when it is written for a shell. Expects normalised, lower-case text. */
export function looksLikeShell(text: string): boolean {
  if (EVASIONS.test(text) || BATCH.test(text)) return true;
  if (text.includes('$') && text.includes('=') && ASSIGNED.test(text)) return true;
  return GLOBBED.test(text) && text.includes('/') && hasGlobbedPath(text);
}

/** A command written in pieces: `'i'fconfig`, `"who"ami`; the pieces together. Null when it is no such thing. */
export function unquoted(text: string): string | null {
  return SPLIT_BY_QUOTES.test(text) ? text.replaceAll(/['"]/g, '') : null;
}

/** `/e?c/pa*wd`, `/bi[n]/cat`, `/etc/[!q]asswd`. */
function hasGlobbedPath(text: string): boolean {
  let looked = 0;
  for (let at = text.indexOf('/'); at >= 0 && looked++ < MAX_SEGMENTS; at = text.indexOf('/', at + 1)) {
    const end = segmentEnd(text, at + 1);
    const name = text.slice(at + 1, end);
    if (text[end] !== '/' || end - at > 24) continue;
    const next = text.slice(end + 1, segmentEnd(text, end + 1));
    if (PLAIN_FOLDER.has(name) && /[?[]|\*[a-z]|[a-z]\*/.test(next)) return true;
    if (GLOBBED.test(name) && /[a-z]/.test(name + next) && FOLDERS.some((folder) => globs(name, folder))) return true;
  }
  return false;
}

/** The end of a path's segment; a slash inside brackets belongs to them. */
function segmentEnd(text: string, start: number): number {
  let inside = false;
  let at = start;
  for (const limit = Math.min(text.length, start + 64); at < limit; at++) {
    const ch = text[at]!;
    if (ch === '[') inside = true;
    else if (ch === ']') inside = false;
    else if (!inside && (ch === '/' || ENDS_SEGMENT.test(ch))) break;
  }
  return at;
}

/** Whether a shell's glob matches a name; a star stands for any rest. */
function globs(pattern: string, name: string): boolean {
  let at = 0;
  for (let i = 0; i < pattern.length; i++, at++) {
    const ch = pattern[i]!;
    if (ch === '*') return at > 0 || pattern.length > 1;
    if (at >= name.length) return false;
    if (ch === '[') {
      const close = pattern.indexOf(']', i + 1);
      if (close < 0) return false;
      i = close;
    } else if (ch !== '?' && ch !== name[at]) return false;
  }
  return at === name.length;
}
