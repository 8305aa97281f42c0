/** A program described by its messages: what each says about a login, and where in it the address stands. */
import type { EventKind, Fields } from '../../model/log-event.ts';
import type { ProgramDecoder } from '../decoder.ts';
import { eventOf } from '../event.ts';
import { type Found, matchVariant } from './match.ts';
import { compilePattern, type Variant } from './pattern.ts';

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
}

/** One program's description. */
export interface ProgramSpec extends Messages {
  /** kebab-case; the log source's service. */
  readonly name: string;
  /** Tags and labels; the name alone if left out. */
  readonly programs?: readonly string[];
}

/** A decoder made from a description. */
export interface DeclaredProgram extends ProgramDecoder {
  readonly kind: EventKind;
  /** The fields of a message, or null when no pattern fits. */
  read(message: string): Fields | null;
}

interface Entry {
  readonly variant: Variant;
  readonly fields: Fields;
}

/** Compiles a description. Messages are found by their first character, so that many patterns cost little. */
export function defineProgram(spec: ProgramSpec): DeclaredProgram {
  const kind = Object.freeze({ product: null, service: spec.name, category: 'service-authentication' });
  const byFirst = new Map<number, Entry[]>();
  const anywhere: Entry[] = [];
  for (const [meaning, patterns] of Object.entries(meaningsOf(spec)))
    for (const pattern of patterns)
      for (const variant of compilePattern(pattern)) {
        const entry = { variant, fields: fieldsOf(spec.name, meaning) };
        const first = variant.left[0];
        if (first === undefined || first.slot !== null) anywhere.push(entry);
        else byFirst.set(first.text.charCodeAt(0), [...(byFirst.get(first.text.charCodeAt(0)) ?? []), entry]);
      }

  function read(message: string): Fields | null {
    const entries = byFirst.get(message.charCodeAt(0));
    return (entries === undefined ? null : firstOf(entries, message)) ?? firstOf(anywhere, message);
  }

  return {
    name: spec.name,
    programs: spec.programs ?? [spec.name],
    kind,
    read,
    decode(envelope) {
      const fields = read(envelope.message);
      return fields === null ? null : eventOf(envelope, kind, fields);
    },
  };
}

function firstOf(entries: readonly Entry[], message: string): Fields | null {
  for (const { variant, fields } of entries) {
    const found: Found | null = matchVariant(variant, message);
    if (found !== null) return { ...fields, ...found };
  }
  return null;
}

function meaningsOf(spec: ProgramSpec): Record<string, readonly string[]> {
  return { fail: spec.fail ?? [], ok: spec.ok ?? [], probe: spec.probe ?? [], info: spec.info ?? [] };
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
