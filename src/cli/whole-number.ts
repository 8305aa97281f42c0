/** Numbers that people give to options. */
import { fail } from '../kit/errors.ts';

/** The whole number of an option, 1 to 9,999,999. Throws USAGE_NUMBER (exit 2). */
export function wholeNumber(option: string, text: string): number {
  return /^[1-9]\d{0,6}$/.test(text)
    ? Number(text)
    : fail('USAGE_NUMBER', { message: `--${option}: \`${text}\` is no whole number`, hint: 'write 1 to 9999999' });
}
