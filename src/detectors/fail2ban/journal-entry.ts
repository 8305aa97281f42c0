/** Journal entries (`journalctl -o json`) as fail2ban's systemd backend shows them to filters, and its journalmatch. */

/** One entry. */
export interface JournalEntry {
  /** `host program[pid]: message` */
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Reads an entry, or null when the text is none. */
export function readJournalEntry(line: string): JournalEntry | null {
  if (line.charCodeAt(0) !== 123) return null;
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
  const micros = Number(fields._SOURCE_REALTIME_TIMESTAMP ?? fields.__REALTIME_TIMESTAMP);
  if (!Number.isFinite(micros)) return null;
  const host = textOf(fields._HOSTNAME);
  const program = textOf(fields.SYSLOG_IDENTIFIER) || textOf(fields._COMM);
  const pid = textOf(fields.SYSLOG_PID) || textOf(fields._PID);
  const parts = host === '' ? [] : [host];
  if (program !== '') parts.push(`${program}${pid === '' ? '' : `[${pid}]`}:`);
  if (program === 'kernel' && pid === '') {
    const up = Number(fields._SOURCE_MONOTONIC_TIMESTAMP ?? fields.__MONOTONIC_TIMESTAMP ?? 0) / 1e6;
    parts.push(`[${up.toFixed(6).padStart(12)}]`);
  }
  parts.push(textOf(fields.MESSAGE));
  return { text: parts.join(' ').replaceAll('\n', '\\n'), time: micros / 1000, fields };
}

/** journalctl writes text that is no UTF-8 as a list of bytes, and a repeated field as a list of texts. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (!Array.isArray(value)) return '';
  if (value.every((each) => typeof each === 'number')) return Buffer.from(value as number[]).toString('utf8');
  return value.map(textOf).join(' ');
}

/** Fields that an entry must have, by name; any of the values of a name will do. */
type Wanted = ReadonlyMap<string, ReadonlySet<string>>;

/** A test of entries from journalmatch lines; null when there are none. `+` and each line mean "or". */
export function journalMatcher(matches: readonly string[]): ((entry: JournalEntry) => boolean) | null {
  const groups: Wanted[] = matches.flatMap((line) =>
    line.split(/\s+\+\s+/).map((group) => {
      const wanted = new Map<string, Set<string>>();
      for (const [, name, quoted, plain] of group.matchAll(/([A-Z_0-9]+)=(?:"([^"]*)"|(\S*))/g)) {
        const values = wanted.get(name!) ?? new Set<string>();
        wanted.set(name!, values.add(quoted ?? plain ?? ''));
      }
      return wanted;
    }),
  );
  const usable = groups.filter((group) => group.size > 0);
  if (usable.length === 0) return null;
  return ({ fields }) => usable.some((group) => [...group].every(([name, values]) => values.has(textOf(fields[name]))));
}
