/**
 * Mines message templates from a stream, in the spirit of Drain (He, Zhu, Zheng, Lyu, ICWS 2017). Words with digits, paths, addresses
 * and host names are values and left out; a place where many different words were seen among messages otherwise alike is a value
 * too. What was seen is found again by one hash over the bytes, so that a known message costs no allocation.
 */

/** One template. */
export interface Template {
  readonly id: number;
  /** The words that are no values; null where words vary. */
  readonly words: readonly (string | null)[];
  /** A message it was first seen in, values as `<*>`. */
  readonly text: string;
}

/** How templates are mined. */
export interface MinerOptions {
  /** Most templates; further messages belong to template 0. */
  readonly maxTemplates?: number;
  /** So many different words at one place, in messages otherwise alike, make that place a value. */
  readonly varied?: number;
}

interface Grown extends Template {
  /** The wider template that took this one in. */
  into: Grown | null;
}

interface Place {
  readonly at: number;
  readonly words: Set<string>;
  readonly members: Grown[];
}

const MAX_LENGTH = 2048;
const MAX_WORDS = 96;
const MAX_HASHES = 100_000;
/** Places looked at for words that vary; when there are more, new ones stay constant. */
const MAX_PLACES = 50_000;
/** Behind a number these belong to it. */
const UNITS = new Set([
  'b',
  'B',
  'kb',
  'KB',
  'kB',
  'KiB',
  'MB',
  'MiB',
  'GB',
  'GiB',
  'TB',
  's',
  'sec',
  'secs',
  'ms',
  'us',
  'ns',
  'min',
]);
const LONGEST_UNIT = Math.max(...[...UNITS].map((unit) => unit.length));
const UNIT_HASHES = new Set([...UNITS].map(hashWord));
/** Parts of a date are values. */
const DATES = new Set('Mon Tue Wed Thu Fri Sat Sun Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' '));
const DATE_HASHES = new Set([...DATES].map(hashWord));
/** A blank and a name stand behind it. */
const USER = 'user';
const USER_HASH = hashWord(USER);

/** A miner that learns as it reads. */
export class TemplateMiner {
  readonly templates: Grown[] = [{ id: 0, words: [], text: '<*>', into: null }];
  private readonly maxTemplates: number;
  private readonly varied: number;
  private readonly byHash = new Map<number, Grown>();
  private readonly byWords = new Map<string, Grown>();
  /** Templates with a place that varies, by number of words. */
  private readonly wide = new Map<number, Grown[]>();
  private readonly places = new Map<string, Place>();

  constructor(options: MinerOptions = {}) {
    this.maxTemplates = options.maxTemplates ?? 5000;
    this.varied = options.varied ?? 6;
  }

  /** The template of a message. Its number stays the same until it is taken into a wider one. */
  mine(message: string): number {
    const hash = hashOf(message);
    let template = this.byHash.get(hash);
    if (template === undefined) {
      template = this.place(message);
      if (this.byHash.size >= MAX_HASHES) this.byHash.clear();
      this.byHash.set(hash, template);
    } else if (template.into !== null) {
      template = rootOf(template);
      this.byHash.set(hash, template);
    }
    return template.id;
  }

  /** A template as people read it. */
  textOf(id: number): string {
    const template = this.templates[id];
    if (template === undefined) return '';
    return template.words.includes(null) ? template.words.map((word) => word ?? '<*>').join(' ') : template.text;
  }

  /** The words of templates with a place that varies, for keeping. */
  wideTemplates(): readonly (readonly (string | null)[])[] {
    return [...this.wide.values()].flat().flatMap((each) => (each.into === null ? [each.words] : []));
  }

  /** Takes kept wide templates in. */
  takeWide(all: readonly (readonly (string | null)[])[]): void {
    for (const words of all.slice(0, this.maxTemplates))
      if (words.length <= MAX_WORDS && words.includes(null)) this.make(words, '');
  }

  private place(message: string): Grown {
    const all = wordsOf(message);
    const words = all.filter((word) => word !== null);
    const known = this.byWords.get(words.join(' ')) ?? this.covering(words);
    if (known !== undefined) return rootOf(known);
    const made = this.make(words, all.map((word) => word ?? '<*>').join(' '));
    return made === null ? this.templates[0]! : this.widen(made);
  }

  /** A wide template that says the same: with other words where it varies, or with a value there, which is no word. */
  private covering(words: readonly string[]): Grown | undefined {
    return (
      this.wide.get(words.length)?.find((each) => covers(each, words)) ??
      this.wide.get(words.length + 1)?.find((each) => covers({ words: withoutOne(each.words) }, words))
    );
  }

  private make(words: readonly (string | null)[], text: string): Grown | null {
    if (this.templates.length >= this.maxTemplates) return null;
    const template: Grown = { id: this.templates.length, words, text, into: null };
    this.templates.push(template);
    if (words.includes(null)) this.wide.set(words.length, [...(this.wide.get(words.length) ?? []), template]);
    else this.byWords.set(words.join(' '), template);
    return template;
  }

  /** Notes the words of a new template at each of its places; the first place that now varies makes a wider one of them all. */
  private widen(template: Grown): Grown {
    for (const [at, word] of template.words.entries()) {
      // A message of one word is its word.
      if (word === null || template.words.length < 3) continue;
      const rest = template.words.with(at, null);
      const key = rest.map((each) => each ?? VARIES).join(' ');
      if (this.places.size >= MAX_PLACES && !this.places.has(key)) continue;
      const place = this.places.get(key) ?? { at, words: new Set<string>(), members: [] };
      this.places.set(key, place);
      place.words.add(word);
      place.members.push(template);
      if (place.words.size < this.varied) continue;
      const wider = this.make(rest, '');
      if (wider === null) continue;
      for (const member of place.members) rootOf(member).into = wider;
      const bare = this.byWords.get(withoutOne(rest).join(' '));
      if (bare !== undefined && !withoutOne(rest).includes(null)) rootOf(bare).into = wider;
      this.places.delete(key);
      return this.widen(wider);
    }
    return template;
  }
}

const VARIES = '\u0000';

function rootOf(template: Grown): Grown {
  let root = template;
  while (root.into !== null) root = root.into;
  return root;
}

function withoutOne(words: readonly (string | null)[]): readonly (string | null)[] {
  return words.toSpliced(words.indexOf(null), 1);
}

function covers(template: Pick<Template, 'words'>, words: readonly string[]): boolean {
  return template.words.every((word, at) => word === null || word === words[at]);
}

/** Blanks and the marks that stand between a name and its value, or around one. */
const BREAK = 1;
/** Digits, and the marks of paths, addresses and host names: a word with one of them is a value. */
const VALUE = 2;
/** A dot ends sentences too: only one with a letter behind it is inside a name. */
const DOT = 4;
/** What each ASCII character is; all others, and the bytes they are written with, are parts of words. */
const KINDS = new Uint8Array(256);
KINDS.fill(BREAK, 0, 33);
for (const mark of `=:,;()[]"'`) KINDS[mark.charCodeAt(0)] = BREAK;
for (const mark of '/0123456789@') KINDS[mark.charCodeAt(0)] = VALUE;
KINDS['.'.charCodeAt(0)] = DOT;

function kindOf(code: number): number {
  return code < 128 ? KINDS[code]! : 0;
}

/** True for a mark that makes a value of its word; `next` is the character behind it, 0 for none. */
function isValueMark(kind: number, next: number): boolean {
  return kind === DOT ? next > 96 && next < 123 : kind === VALUE;
}

function hashWord(text: string): number {
  let word = 0;
  for (let i = 0; i < text.length; i++) word = Math.imul(word ^ text.charCodeAt(i), 0x01000193);
  return word;
}

const BLANK = 32;
const encoder = new TextEncoder();
/** Room for the bytes of what is looked at, three to a character at most, and the blank behind. */
const bytes = new Uint8Array(3 * MAX_LENGTH + 1);

/** A number for the message with every word that holds a digit left out: equal for messages that differ only in those. */
function hashOf(text: string): number {
  const looked = text.length > MAX_LENGTH ? text.slice(0, MAX_LENGTH) : text;
  // Bytes, as each character of a text that was cut from a larger one costs thrice as much; those beyond ASCII are parts of words, too.
  const end = encoder.encodeInto(looked, bytes).written;
  bytes[end] = BLANK;
  let low = 0x811c9dc5;
  let high = 0x1b873593;
  let word = 0;
  let length = 0;
  let hasDigit = false;
  let wasValue = false;
  let wasUser = false;
  for (let i = 0; i <= end; i++) {
    const code = bytes[i]!;
    const kind = KINDS[code]!;
    if (kind !== BREAK) {
      word = Math.imul(word ^ code, 0x01000193);
      length++;
      if (kind !== 0 && isValueMark(kind, bytes[i + 1]!)) hasDigit = true;
      continue;
    }
    if (length === 0) continue;
    const value = word;
    const isValue: boolean =
      hasDigit ||
      wasUser ||
      (length <= LONGEST_UNIT && ((wasValue && UNIT_HASHES.has(value)) || (length === 3 && DATE_HASHES.has(value))));
    wasValue = hasDigit;
    wasUser = code === 32 && value === USER_HASH && !isValue;
    hasDigit = false;
    word = 0;
    length = 0;
    if (isValue) continue;
    low = Math.imul(low ^ value, 0x01000193) ^ (value >>> 15);
    high = Math.imul(high ^ value, 0x85ebca6b) ^ (high >>> 13);
  }
  return (low >>> 0) * 2_097_152 + ((high >>> 0) & 2_097_151);
}

/** The words, null for those that hold a digit. */
function wordsOf(text: string): (string | null)[] {
  const words: (string | null)[] = [];
  const end = Math.min(text.length, MAX_LENGTH);
  let start = -1;
  let hasDigit = false;
  let wasValue = false;
  let wasUser = false;
  for (let i = 0; i <= end && words.length < MAX_WORDS; i++) {
    const code = i === end ? 32 : text.charCodeAt(i);
    const kind = kindOf(code);
    if (kind !== BREAK) {
      if (start < 0) start = i;
      if (kind !== 0 && isValueMark(kind, i + 1 < end ? text.charCodeAt(i + 1) : 0)) hasDigit = true;
      continue;
    }
    if (start < 0) continue;
    // Joined and cut, so that a template does not keep the chunk alive that the message was read in.
    const word = hasDigit ? null : ` ${text.slice(start, i)}`.slice(1);
    const isValue: boolean = word === null || wasUser || (wasValue && UNITS.has(word)) || DATES.has(word);
    wasUser = code === 32 && word === USER && !isValue;
    if (!isValue) words.push(word);
    else if (words.length === 0 || words.at(-1) !== null) words.push(null);
    wasValue = hasDigit;
    start = -1;
    hasDigit = false;
  }
  return words;
}
