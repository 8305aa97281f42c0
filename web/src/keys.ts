/** Keys of a page: ignored while something is typed or a modifier is held. */
import { useEffect, useRef } from 'react';

/** Key in lower case → what it does. */
export type Keys = Readonly<Record<string, () => void>>;

/** Listens while mounted. */
export function useKeys(keys: Keys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const target = event.target instanceof HTMLElement ? event.target : null;
      const typing = target?.matches('input, textarea, select, [contenteditable]') === true;
      if (typing && event.key === 'Escape') {
        target.blur();
        return;
      }
      if (typing || document.querySelector('dialog[open]') !== null) return;
      // Enter and space belong to the button or link that has the focus.
      if (event.key === 'Enter' && target?.matches('a, button, summary') === true) return;
      const action = latest.current[event.key.toLowerCase()];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
}
