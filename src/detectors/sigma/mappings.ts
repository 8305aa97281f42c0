/** Reads the mapping files: which of our events feed a Sigma log source, and what its fields are called there. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { yaml } from '../../kit/yaml.ts';
import type { EventKind } from '../../model/log-event.ts';
import type { Logsource } from './ast.ts';
import { valueBefore } from './parsed-rules.ts';

const FOLDER = join(import.meta.dirname, 'mappings');
const PRODUCED = 'produced.yml';

type Part = Readonly<Partial<Record<'product' | 'service' | 'category', string>>>;

interface Mapping {
  readonly logsource: Part;
  /** Kinds of events that feed it besides those of the same name. */
  readonly from?: readonly Part[];
  /** Sigma's name of a field to ours. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Its events keep every name of the record as it came. */
  readonly whole?: boolean;
}

/** Everything the mapping files say. */
export interface Mappings {
  /** Our name for a field of a rule's log source, or null when it is called the same. */
  fieldOf(logsource: Logsource, name: string): string | null;
  /** Whether events of this kind feed rules of this log source. */
  feeds(logsource: Logsource, kind: EventKind): boolean;
  /** Whether events of this log source keep every name of their record. */
  keepsAll(logsource: Logsource): boolean;
  /** Every field a decoder of ours gives. */
  readonly produced: ReadonlySet<string>;
}

let loaded: Mappings | undefined;

/** The mappings that come with the program; read once, as they never change while it runs. */
export function bundledMappings(): Mappings {
  if (loaded === undefined) {
    const files = mappingFiles().map(({ name, text }) => ({ name, value: valueBefore(text) ?? yaml().parse(text) }));
    const mappings = files.filter(({ name }) => name !== PRODUCED).flatMap(({ value }) => value as Mapping[]);
    loaded = createMappings(mappings, files.find(({ name }) => name === PRODUCED)?.value as string[]);
  }
  return loaded;
}

/** The texts of the mapping files, by name. */
export function mappingFiles(): { readonly name: string; readonly text: string }[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.yml'))
    .sort()
    .map((name) => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') }));
}

/** Mappings from parsed files. */
export function createMappings(files: readonly Mapping[], produced: readonly string[]): Mappings {
  // The more a mapping names of a log source, the more it knows about it.
  const sorted = files.toSorted((a, b) => Object.keys(b.logsource).length - Object.keys(a.logsource).length);
  const cache = new Map<string, readonly Mapping[]>();

  function fitting(logsource: Logsource): readonly Mapping[] {
    const key = `${logsource.product}|${logsource.service}|${logsource.category}`;
    let found = cache.get(key);
    if (found === undefined) {
      found = sorted.filter((each) => contains(logsource, each.logsource));
      cache.set(key, found);
    }
    return found;
  }

  return {
    produced: new Set(produced),
    fieldOf(logsource, name) {
      for (const { fields } of fitting(logsource)) {
        const ours = fields?.[name];
        if (ours !== undefined && Object.hasOwn(fields!, name)) return ours;
      }
      return null;
    },
    keepsAll: (logsource) => fitting(logsource).some(({ whole }) => whole === true),
    feeds: (logsource, kind) =>
      isPart(logsource, kind) ||
      fitting(logsource).some((each) => each.from?.some((part) => contains(kind, part)) === true),
  };
}

/** Whether an event's kind is what a log source names, and perhaps more. */
function isPart({ product, service, category }: Logsource, kind: EventKind): boolean {
  return (
    (product === null || product === kind.product) &&
    (service === null || service === kind.service) &&
    (category === null || category === kind.category)
  );
}

function contains(whole: Logsource | EventKind, part: Part): boolean {
  return (
    (part.product === undefined || part.product === whole.product) &&
    (part.service === undefined || part.service === whole.service) &&
    (part.category === undefined || part.category === whole.category)
  );
}
