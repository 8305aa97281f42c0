/** A text area with line numbers, faults at their lines, and suggestions for the word being written. */
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react';
import { useWords } from '../../words/words.ts';
import { suggestions } from './sigma-words.ts';

/** The area. */
export function CodeArea(props: {
  readonly label: string;
  readonly text: string;
  readonly change: (text: string) => void;
  /** Lines with a fault, from 1. */
  readonly wrong: ReadonlySet<number>;
  readonly area: React.RefObject<HTMLTextAreaElement | null>;
}): ReactNode {
  const { t } = useWords();
  const { text, change, area, wrong } = props;
  const gutter = useRef<HTMLDivElement>(null);
  const id = useId();
  const [at, setAt] = useState(-1);
  const { word, choices } = at < 0 ? { word: '', choices: [] } : suggestions(text, at);
  const take = (choice: string): void => {
    const next = text.slice(0, at - word.length) + choice + text.slice(at);
    const caret = at - word.length + choice.length;
    change(next);
    setAt(-1);
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(caret, caret);
    });
  };
  const key = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key === 'Escape' && choices.length > 0) {
      event.preventDefault();
      event.nativeEvent.stopImmediatePropagation();
      setAt(-1);
    } else if (event.key === 'Tab' && !event.shiftKey && choices[0] !== undefined) {
      event.preventDefault();
      take(choices[0]);
    } else if (event.key === ' ' && event.ctrlKey) {
      event.preventDefault();
      setAt(event.currentTarget.selectionStart);
    }
  };
  const lines = text.split('\n').length;
  return (
    <div className="code-area">
      <div className="code-box">
        <div className="gutter" aria-hidden="true">
          <div ref={gutter}>
            {Array.from({ length: lines }, (_, index) => index + 1).map((line) => (
              <span key={line} className={wrong.has(line) ? 'wrong' : undefined}>
                {line}
              </span>
            ))}
          </div>
        </div>
        <textarea
          ref={area}
          className="mono"
          aria-label={props.label}
          aria-describedby={id}
          spellCheck={false}
          autoCapitalize="none"
          wrap="off"
          rows={Math.min(20, Math.max(12, lines + 1))}
          value={text}
          onChange={(event) => {
            change(event.target.value);
            setAt(event.target.selectionStart);
          }}
          onKeyDown={key}
          onBlur={() => window.setTimeout(() => setAt(-1), 200)}
          onScroll={(event) => {
            if (gutter.current !== null)
              gutter.current.style.transform = `translateY(${-event.currentTarget.scrollTop}px)`;
          }}
        />
      </div>
      <div className="suggest" id={id}>
        {choices.length > 0 && (
          <>
            <span className="soft">{t('editor.suggest')}:</span>
            {choices.map((choice) => (
              <button key={choice} type="button" className="mono" tabIndex={-1} onClick={() => take(choice)}>
                {choice}
              </button>
            ))}
          </>
        )}
      </div>
    </div>
  );
}
