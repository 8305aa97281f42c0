/** What the schema knows at a place of the configuration: keys, and words a value may be. Inside lists and unions the value itself decides. */
import { configSchema } from './schema.ts';

/** The part of Zod's own description of a schema that is walked here. */
interface Def {
  readonly type?: string;
  readonly innerType?: unknown;
  readonly in?: unknown;
  readonly element?: unknown;
  readonly valueType?: unknown;
  readonly options?: readonly unknown[];
  readonly discriminator?: string;
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>>;
}

const MAX_WRAPPINGS = 16;

/** Keys that may stand in the map at a place. Of alternatives the one that the map's `type` names counts, else all of them. */
export function keysAt(path: readonly PropertyKey[], root: unknown): string[] {
  const { schemas, value } = walk(path, root);
  const chosen = schemas.flatMap((schema) => alternatives(schema, value));
  return [...new Set(chosen.flatMap((schema) => Object.keys(defOf(schema).shape ?? {})))];
}

/** Words that may stand at a place: of an enumeration, of literals, and the kinds that a `type` tells apart. */
export function wordsAt(path: readonly PropertyKey[], root: unknown): string[] {
  // The value at the place is what is wrong, so it decides nothing.
  const { schemas } = walk(path, root, true);
  return [...new Set(schemas.flatMap((schema) => alternatives(schema, undefined)).flatMap(wordsOf))];
}

function wordsOf(schema: unknown): string[] {
  const def = defOf(schema);
  const words =
    def.type === 'enum' ? Object.values(def.entries ?? {}) : def.type === 'literal' ? (def.values ?? []) : [];
  return words.filter((word) => typeof word === 'string');
}

function walk(
  path: readonly PropertyKey[],
  root: unknown,
  isLastWrong = false,
): { schemas: readonly unknown[]; value: unknown } {
  let schemas: readonly unknown[] = [configSchema];
  let value = root;
  for (const [at, key] of path.entries()) {
    const decides = isLastWrong && at === path.length - 1 ? undefined : value;
    schemas = schemas.flatMap((schema) => alternatives(schema, decides)).flatMap((schema) => within(schema, key));
    value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
  }
  return { schemas, value };
}

function within(schema: unknown, key: PropertyKey): readonly unknown[] {
  const def = defOf(schema);
  const found = def.shape?.[String(key)] ?? def.element ?? def.valueType;
  return found === undefined ? [] : [found];
}

/** A schema without what is wrapped around it; of a union those that the value may be meant for. */
function alternatives(schema: unknown, value: unknown): readonly unknown[] {
  let inner = schema;
  for (let n = 0; n < MAX_WRAPPINGS; n++) {
    const def = defOf(inner);
    const next = def.innerType ?? (def.type === 'pipe' ? def.in : undefined);
    if (next === undefined) break;
    inner = next;
  }
  const { options, discriminator } = defOf(inner);
  if (options === undefined) return [inner];
  const named = discriminator === undefined ? undefined : (value as Record<string, unknown> | null)?.[discriminator];
  const chosen = options.filter(
    (option) =>
      discriminator !== undefined &&
      alternatives(defOf(option).shape?.[discriminator], undefined).some((each) =>
        wordsOf(each).includes(named as string),
      ),
  );
  return (chosen.length > 0 ? chosen : options).flatMap((option) => alternatives(option, value));
}

function defOf(schema: unknown): Def {
  return (schema as { _zod?: { def?: Def } } | undefined)?._zod?.def ?? {};
}
