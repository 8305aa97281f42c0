/** A secret: stars that are kept while nobody touches them, or the file or variable it comes from. */
import type { ReactNode } from 'react';
import { visible } from '../../visible-text.ts';
import { useWords } from '../../words/words.ts';
import { isRecord } from './schema.ts';
import type { FieldProps } from './schema-form.tsx';

/** The control. */
export function SecretField({ value, path, change, id }: FieldProps & { readonly id: string }): ReactNode {
  const { t } = useWords();
  if (isRecord(value)) {
    const [kind, name] = value.file === undefined ? (['env', value.env] as const) : (['file', value.file] as const);
    return <p id={id}>{t(`settings.secret.${kind}`, { name: visible(String(name)) })}</p>;
  }
  return (
    <input
      id={id}
      type="password"
      autoComplete="off"
      placeholder={t('settings.unset')}
      title={t('settings.secret')}
      value={value === undefined ? '' : String(value)}
      onFocus={(event) => event.target.select()}
      onChange={(event) => change(path, event.target.value === '' ? undefined : event.target.value)}
    />
  );
}
