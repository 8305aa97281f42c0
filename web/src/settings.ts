/** Language and theme: the viewer's own, kept in this browser. */
import { useSyncExternalStore } from 'react';

/** Languages of the dashboard. */
export type Language = 'en' | 'tr';
/** Dark is the house's own; light is asked for. */
export type Theme = 'dark' | 'light';

const watchers = new Set<() => void>();
let language: Language =
  kept('bekci.language') === 'tr' || (kept('bekci.language') === null && browserIsTurkish()) ? 'tr' : 'en';
let theme: Theme = kept('bekci.theme') === 'light' ? 'light' : 'dark';
show();

function kept(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function browserIsTurkish(): boolean {
  return navigator.language.toLowerCase().startsWith('tr');
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Private windows may keep nothing; it holds until the page is closed.
  }
  show();
  for (const watcher of watchers) watcher();
}

function show(): void {
  document.documentElement.lang = language;
  document.documentElement.dataset.theme = theme;
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}

/** Switches the language. */
export function setLanguage(next: Language): void {
  language = next;
  keep('bekci.language', next);
}
/** Switches the theme. */
export function setTheme(next: Theme): void {
  theme = next;
  keep('bekci.theme', next);
}
/** The language now. */
export const useLanguage = (): Language => useSyncExternalStore(watch, () => language);
/** The theme now. */
export const useTheme = (): Theme => useSyncExternalStore(watch, () => theme);
/** The server's language, for who never chose. */
export function suggestLanguage(next: Language): void {
  if (kept('bekci.language') !== null || browserIsTurkish()) return;
  language = next;
  show();
  for (const watcher of watchers) watcher();
}
