/** The words of the page in the viewer's language. */

import { numberText } from '../format.ts';
import { type Language, useLanguage } from '../settings.ts';
import { en, type WordKey } from './en.ts';
import { tr } from './tr.ts';

const plurals = new Intl.PluralRules('en');

/** Values of a text; numbers are written as the language does. */
export type Values = Readonly<Record<string, string | number>>;

/** A text. In English `n` chooses between `one|other`. */
export function say(language: Language, key: WordKey, values: Values = {}): string {
  const forms = (language === 'tr' ? tr : en)[key].split('|');
  const one = forms.length > 1 && typeof values.n === 'number' && plurals.select(values.n) === 'one';
  const form = (one ? forms[0] : forms.at(-1)) ?? '';
  return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? numberText(value, language) : value;
  });
}

/** Says texts in the viewer's language. */
export interface Speech {
  readonly language: Language;
  t(key: WordKey, values?: Values): string;
  /** Of a sentence the API gave in both. */
  pick(words: { readonly en: string; readonly tr: string }): string;
}

/** The viewer's speech. */
export function useWords(): Speech {
  const language = useLanguage();
  return {
    language,
    t: (key, values) => say(language, key, values),
    pick: (words) => words[language],
  };
}
