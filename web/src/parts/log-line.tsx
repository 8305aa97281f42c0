/** A raw log line: marked where a rule looked, hostile characters visible, copied raw or as JSON. */
import { type ReactNode, useState } from 'react';
import type { Answer } from '../api/client.ts';
import { exactText } from '../format.ts';
import { stretches, visible } from '../visible-text.ts';
import { useWords } from '../words/words.ts';

type Line = Answer<'alert'>['lines'][number];
type Mark = Line['marks'][number];

interface Piece {
  readonly text: string;
  readonly start: number;
  readonly escape: boolean;
  readonly field: string | null;
}

/** Cuts the stretches of a line where marks begin and end. */
function piecesOf(text: string, marks: readonly Mark[]): readonly Piece[] {
  const edges = [...new Set(marks.flatMap(({ start, end }) => [start, end]))].toSorted((a, b) => a - b);
  const fieldAt = (at: number): string | null => marks.find((m) => m.start <= at && at < m.end)?.field ?? null;
  return stretches(text).flatMap((part): Piece[] => {
    if (part.kind === 'escape')
      return [{ text: part.text, start: part.start, escape: true, field: fieldAt(part.start) }];
    const cuts = [part.start, ...edges.filter((edge) => edge > part.start && edge < part.end), part.end];
    return cuts.slice(0, -1).map((from, index) => ({
      text: text.slice(from, cuts[index + 1]),
      start: from,
      escape: false,
      field: fieldAt(from),
    }));
  });
}

/** Text with its marks. */
export function MarkedText({
  text,
  marks = [],
}: {
  readonly text: string;
  readonly marks?: readonly Mark[];
}): ReactNode {
  return (
    <code className="line" dir="ltr">
      {piecesOf(text, marks).map((piece) =>
        piece.field === null ? (
          <span key={piece.start} className={piece.escape ? 'escape' : undefined}>
            {piece.text}
          </span>
        ) : (
          <mark key={piece.start} title={piece.field} className={piece.escape ? 'escape' : undefined}>
            {piece.text}
          </mark>
        ),
      )}
    </code>
  );
}

/** A button that copies and says so. */
export function Copy({ text, label }: { readonly text: string; readonly label: string }): ReactNode {
  const { t } = useWords();
  const [done, setDone] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setDone(true);
    window.setTimeout(() => setDone(false), 1500);
  };
  // The clipboard is there only on https and on this machine.
  if (navigator.clipboard === undefined) return null;
  return (
    <button type="button" className="quiet" onClick={() => void copy()}>
      {done ? t('alert.copied') : label}
    </button>
  );
}

/** A line of evidence with its fields one key away. */
export function EvidenceLine({ line }: { readonly line: Line }): ReactNode {
  const { t, language } = useWords();
  const fields = Object.entries(line.fields);
  return (
    <li className="evidence">
      <MarkedText text={line.text} marks={line.marks} />
      <div className="evidence-foot">
        <span className="soft mono" title={visible(line.source)}>
          {visible(line.source.slice(line.source.lastIndexOf('/') + 1))}
        </span>
        {line.at !== null && (
          <time className="soft" title={`${exactText(line.at, language, line.zone)} (${line.zone})`}>
            {exactText(line.at, language)}
          </time>
        )}
        <Copy text={line.text} label={t('alert.raw')} />
        <Copy text={JSON.stringify(line, null, 2)} label={t('alert.json')} />
      </div>
      {fields.length > 0 && (
        <details>
          <summary>{t('alert.fields')}</summary>
          <Fields fields={line.fields} />
        </details>
      )}
    </li>
  );
}

/** Flat fields as a list of names and values. */
export function Fields({ fields }: { readonly fields: Readonly<Record<string, unknown>> }): ReactNode {
  return (
    <dl className="fields">
      {Object.entries(fields).map(([name, value]) => (
        <div key={name}>
          <dt>{visible(name)}</dt>
          <dd className="mono">{visible(typeof value === 'string' ? value : JSON.stringify(value))}</dd>
        </div>
      ))}
    </dl>
  );
}
