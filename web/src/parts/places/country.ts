/** Names of countries in the viewer's language, by the browser's own list. */
import type { Language } from '../../settings.ts';

const lists = new Map<Language, Intl.DisplayNames>();

/** The country's name; the code itself where the browser has none. */
export function countryName(code: string, language: Language): string {
  let list = lists.get(language);
  if (list === undefined) {
    list = new Intl.DisplayNames([language], { type: 'region', fallback: 'code' });
    lists.set(language, list);
  }
  try {
    return list.of(code) ?? code;
  } catch {
    return code;
  }
}
