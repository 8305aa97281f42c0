/** What a setting means, in the viewer's language: English stands in the schema, Turkish beside it. */
import { useLanguage } from '../../settings.ts';
import { settingTextsTr } from '../../words/setting-texts.ts';

/** The text of a setting; null when there is none. */
export function useSettingText(english: string | undefined): string | null {
  const language = useLanguage();
  if (english === undefined) return null;
  if (language === 'en') return english;
  return settingTextsTr[english] ?? english;
}
