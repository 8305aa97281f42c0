/** A difference, line by line; the sign says what the colour says. */
import type { ReactNode } from 'react';
import { visible } from '../../visible-text.ts';

const SIGNS = { same: ' ', added: '+', removed: '−', gap: '⋯' } as const;

/** The lines. */
export function DiffView(props: {
  readonly lines: readonly { readonly kind: keyof typeof SIGNS; readonly text: string }[];
}): ReactNode {
  return (
    <pre className="diff">
      {props.lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines may be alike, and never move
        <span key={index} className={`diff-${line.kind}`}>
          {SIGNS[line.kind]} {visible(line.text)}
          {'\n'}
        </span>
      ))}
    </pre>
  );
}
