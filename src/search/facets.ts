/** Which values come most among what was found, for the fields people ask about. Bounded: rare values beyond it are not counted. */
import { fieldOf, type LogEvent } from '../model/log-event.ts';

const FIELDS = ['source.ip', 'user.name', 'process.name', 'event.outcome', 'http.response.status_code', 'url.path'];
const MAX_VALUES = 5000;
const SHOWN = 5;

/** A field and its most frequent values. */
export interface Facet {
  readonly field: string;
  readonly values: readonly { readonly value: string; readonly count: number }[];
}

/** Counts values. */
export class Facets {
  private readonly counts = new Map(FIELDS.map((field) => [field, new Map<string, number>()]));

  add(event: LogEvent): void {
    for (const [field, counts] of this.counts) {
      const value = fieldOf(event, field);
      if (typeof value !== 'string' && typeof value !== 'number') continue;
      const text = String(value).slice(0, 200);
      const before = counts.get(text);
      if (before !== undefined) counts.set(text, before + 1);
      else if (counts.size < MAX_VALUES) counts.set(text, 1);
    }
  }

  /** Fields with more than one value or any at all, values by number. */
  read(): Facet[] {
    return [...this.counts]
      .filter(([, counts]) => counts.size > 0)
      .map(([field, counts]) => ({
        field,
        values: [...counts]
          .toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
          .slice(0, SHOWN)
          .map(([value, count]) => ({ value, count })),
      }));
  }
}
