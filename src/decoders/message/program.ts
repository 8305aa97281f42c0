/** A program described by its messages: what each says about a login, and where in it the address stands. */
import type { EventKind, Fields } from '../../model/log-event.ts';
import type { ProgramDecoder } from '../decoder.ts';
import { eventOf } from '../event.ts';
import { createTable, type Group, type ReadTable } from './table.ts';

/** Patterns by what they mean. */
export interface Messages {
  /** A refused login. */
  readonly fail?: readonly string[];
  /** A login that succeeded. */
  readonly ok?: readonly string[];
  /** Something only an attacker or a broken client does. */
  readonly probe?: readonly string[];
  /** Anything else worth reading. */
  readonly info?: readonly string[];
  /** Messages with fields of their own. */
  readonly groups?: readonly Group[];
}

/** One program's description. */
export interface ProgramSpec extends Messages {
  /** kebab-case; the log source's service. */
  readonly name: string;
  /** Tags and labels; the name alone if left out. */
  readonly programs?: readonly string[];
  /** Fields of every message, e.g. its category; a meaning's own fields win. */
  readonly always?: Fields;
  /** True for appliances whose lines carry neither a label nor a program's name: they are known by how they begin. */
  readonly bare?: boolean;
  /**
   * What the program itself writes before its messages, a logger's name and level, say: a line without a label that begins so is
   * known, and stands where `{pre}` does in a pattern.
   */
  readonly heads?: readonly string[];
  /** Beginnings (four characters) of words that such lines hold among their first eight. */
  readonly words?: readonly string[];
}

/** A decoder made from a description. */
export interface DeclaredProgram extends ProgramDecoder {
  readonly kind: EventKind;
  /** The fields of a message, or null when no pattern fits. */
  read(message: string): Fields | null;
  /** The same for a line without a label: only patterns that hold from its first character on. */
  readBare(message: string): Fields | null;
  /** Patterns by meaning, for the reference and for hints. */
  readonly spec: ProgramSpec;
  /** Compiles every pattern now; throws AppError for one that is wrong. Otherwise done when the program is first seen. */
  compile(): void;
}

/**
 * A decoder for a description. Its patterns are compiled when the first message comes, so that programs nobody runs cost no
 * memory, and are found by their first character, so that many of them cost little.
 */
export function defineProgram(spec: ProgramSpec): DeclaredProgram {
  const kind = Object.freeze({ product: null, service: spec.name, category: 'service-authentication' });
  let table: ReadTable | null = null;
  let bare: ReadTable | null = null;

  function readBare(message: string): Fields | null {
    bare ??= createTable(spec.always, bareGroupsOf(spec));
    return bare(message);
  }

  function read(message: string): Fields | null {
    table ??= createTable(spec.always, groupsOf(spec));
    return table(message);
  }

  return {
    name: spec.name,
    programs: spec.programs ?? [spec.name],
    kind,
    spec,
    read,
    readBare,
    compile() {
      table ??= createTable(spec.always, groupsOf(spec));
      bare ??= createTable(spec.always, bareGroupsOf(spec));
    },
    decode(envelope) {
      const fields = read(envelope.message);
      return fields === null ? null : eventOf(envelope, kind, fields);
    },
  };
}

/** A declared program whose messages are read in another way than by its patterns alone; bare ones too, unless that differs. */
export function withReader(
  declared: DeclaredProgram,
  read: DeclaredProgram['read'],
  readBare: DeclaredProgram['readBare'] = read,
): DeclaredProgram {
  return {
    ...declared,
    read,
    readBare,
    decode(envelope) {
      const fields = read(envelope.message);
      return fields === null ? null : eventOf(envelope, declared.kind, fields);
    },
  };
}

/** Every group of a description, the surest meanings first. */
export function groupsOf(spec: ProgramSpec): readonly Group[] {
  const meanings = (['fail', 'ok', 'probe'] as const).map((meaning) => ({
    fields: fieldsOf(spec.name, meaning),
    patterns: spec[meaning] ?? [],
  }));
  const info = { fields: fieldsOf(spec.name, 'info'), patterns: spec.info ?? [] };
  return [...meanings, ...(spec.groups ?? []), info].filter((group) => group.patterns.length > 0);
}

const PRE = '{pre}';

/** The groups that hold for lines without a label: no pattern that looks for its beginning somewhere in the line. */
export function bareGroupsOf(spec: ProgramSpec): readonly Group[] {
  const known = spec.bare === true || spec.words !== undefined;
  return groupsOf(spec).flatMap(({ fields, patterns }) => {
    const led = patterns.filter((pattern) => pattern.startsWith(PRE));
    const anchored = known ? patterns.filter((pattern) => !pattern.startsWith(PRE)) : [];
    const heads = (spec.heads ?? []).flatMap((head) => led.map((pattern) => head + pattern.slice(PRE.length)));
    return anchored.length + heads.length === 0 ? [] : [{ fields, patterns: [...heads, ...anchored] }];
  });
}

function fieldsOf(name: string, meaning: string): Fields {
  if (meaning === 'info') return { 'event.action': `${name}-message` };
  if (meaning === 'probe')
    return { 'event.category': 'intrusion_detection', 'event.action': `${name}-probe`, 'event.outcome': 'failure' };
  return {
    'event.category': 'authentication',
    'event.action': `${name}-login`,
    'event.outcome': meaning === 'ok' ? 'success' : 'failure',
  };
}
