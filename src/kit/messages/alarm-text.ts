/** An alarm in words. */

import type { AlarmCause } from '../../model/alarm.ts';
import { escapeControls } from '../text.ts';
import { type Language, t } from './messages.ts';

/** One sentence without its full stop; control characters of others' text made visible. */
export function alarmText({ code, values }: AlarmCause, language: Language): string {
  return escapeControls(t(language, `alarm.${code}`, values))
    .slice(0, 500)
    .trim();
}

/** What to do about it. */
export function alarmAdvice({ code }: AlarmCause, language: Language): string {
  return t(language, `alarm.${code}.do`);
}
