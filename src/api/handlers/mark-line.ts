/** Finds the decoded values in a raw line, so that a page can mark them. */
import type { Given } from '../contract.ts';

type Line = Given<'alert'>['lines'][number];

/** Fields whose values are worth marking, the telling ones first. */
const MARKED = [
  'source.ip',
  'user.name',
  'url.original',
  'http.response.status_code',
  'user_agent.original',
  'source.port',
  'destination.port',
];

/** A line with its fields and the first place of each telling value; marks never overlap. */
export function markLine(
  text: string,
  source: string,
  decoded: { readonly at: number | null; readonly zone: string; readonly fields: Readonly<Record<string, unknown>> },
): Line {
  const marks: { start: number; end: number; field: string }[] = [];
  for (const field of MARKED) {
    const value = decoded.fields[field];
    if ((typeof value !== 'string' && typeof value !== 'number') || value === '') continue;
    const start = text.indexOf(String(value));
    const end = start + String(value).length;
    if (start >= 0 && marks.every((mark) => end <= mark.start || start >= mark.end)) marks.push({ start, end, field });
  }
  return { text, source, ...decoded, marks: marks.toSorted((a, b) => a.start - b.start) };
}
