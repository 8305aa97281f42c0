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
function isBreak(code: number): boolean {
  return (
    code <= 32 ||
    code === 61 ||
    code === 58 ||
    code === 44 ||
    code === 59 ||
    code === 40 ||
    code === 41 ||
    code === 91 ||
    code === 93 ||
    code === 34 ||
    code === 39
  );
}

/** Digits, and the marks of paths, addresses and host names: a word with one of them is a value. */
function isValueMark(code: number, next: number): boolean {
  if (code >= 47 && code <= 57) return true;
  // A dot ends sentences too: only one with a letter behind it is inside a name.
  return code === 64 || (code === 46 && next > 96 && next < 123);
}

function hashWord(text: string): number {
  let word = 0;
  for (let i = 0; i < text.length; i++) word = Math.imul(word ^ text.charCodeAt(i), 0x01000193);
  return word;
}

/** A number for the message with every word that holds a digit left out: equal for messages that differ only in those. */
function hashOf(text: string): number {
  const end = Math.min(text.length, MAX_LENGTH);
  let low = 0x811c9dc5;
  let high = 0x1b873593;
  let word = 0;
  let hasDigit = false;
  let wasValue = false;
  let wasUser = false;
  for (let i = 0; i <= end; i++) {
    const code = i === end ? 32 : text.charCodeAt(i);
    if (!isBreak(code)) {
      word = Math.imul(word ^ code, 0x01000193);
      if (isValueMark(code, i + 1 < end ? text.charCodeAt(i + 1) : 32)) hasDigit = true;
      continue;
    }
    if (word === 0) continue;
    const value = word;
    word = 0;
    const isValue: boolean = hasDigit || wasUser || (wasValue && UNIT_HASHES.has(value)) || DATE_HASHES.has(value);
    wasValue = hasDigit;
    wasUser = code === 32 && value === USER_HASH && !isValue;
    hasDigit = false;
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
    if (!isBreak(code)) {
      if (start < 0) start = i;
      if (isValueMark(code, i + 1 < end ? text.charCodeAt(i + 1) : 32)) hasDigit = true;
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
