/** Settings that are lists of things (sources, feeds, notifiers, responders) or named things (overrides, headers). */
import { type ReactNode, useState } from 'react';
import { visible } from '../../visible-text.ts';
import { useWords } from '../../words/words.ts';
import { freshItem, isRecord, kindOf, type Schema, variantOf } from './schema.ts';
import { Field, type FieldProps, GroupFields } from './schema-form.tsx';

type Props = FieldProps & { readonly about: string | null };

/** A list of objects; or `auto` instead of one. */
export function ItemsField(props: Props): ReactNode {
  const { t } = useWords();
  const { schema, value, path, change, faults, about } = props;
  const name = String(path.at(-1));
  const auto = schema.anyOf?.some((each) => each.const === 'auto') === true;
  const list: Schema = auto ? (schema.anyOf?.find((each) => each.type === 'array') ?? schema) : schema;
  const items: Schema = list.items ?? {};
  const variants = items.oneOf ?? [items];
  const values = Array.isArray(value) ? (value as unknown[]) : [];
  const add = (variant: Schema): void => change([...path, values.length], freshItem(variant));
  const fault = faults.get(path.join('.'));
  return (
    <fieldset className="setting-group" id={`setting-${path.join('.')}`}>
      <legend className="mono">{visible(name)}</legend>
      {about !== null && <p className="soft">{about}</p>}
      {fault !== undefined && <p className="bad">{fault}</p>}
      {auto && <p>{values.length === 0 ? t('settings.auto') : t('settings.listed')}</p>}
      {values.map((item, index) => {
        const variant = variantOf(items, item);
        const what = titleOf(item, index);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: an item is known by its place alone
          <details key={index} className="setting-item" open={isRecord(item) && Object.keys(item).length < 2}>
            <summary>{visible(what)}</summary>
            <GroupFields {...props} schema={variant} value={item} path={[...path, index]} />
            <button type="button" onClick={() => change([...path, index], undefined)}>
              {t('settings.remove', { what: visible(what) })}
            </button>
          </details>
        );
      })}
      <div className="buttons">
        {variants.map((variant) => {
          const type = variant.properties?.type?.const;
          return (
            <button key={String(type)} type="button" onClick={() => add(variant)}>
              {type === undefined ? t('settings.add', { what: name }) : t('settings.add.kind', { what: String(type) })}
            </button>
          );
        })}
      </div>
    </fieldset>
  );
}

function titleOf(item: unknown, index: number): string {
  if (!isRecord(item)) return String(index + 1);
  const { type, name, path, host, url } = item;
  const parts = [type, name ?? path ?? host ?? url].filter((part) => typeof part === 'string');
  return parts.length === 0 ? String(index + 1) : parts.join(' · ');
}

/** Named things. */
export function MapField(props: Props): ReactNode {
  const { t } = useWords();
  const { schema, value, path, change, about } = props;
  const [name, setName] = useState('');
  const inner = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
  const entries = isRecord(value) ? Object.entries(value) : [];
  const add = (): void => {
    if (name.trim() === '') return;
    change([...path, name.trim()], kindOf(inner) === 'group' ? {} : '');
    setName('');
  };
  return (
    <fieldset className="setting-group" id={`setting-${path.join('.')}`}>
      <legend className="mono">{visible(String(path.at(-1)))}</legend>
      {about !== null && <p className="soft">{about}</p>}
      {entries.map(([key, each]) =>
        kindOf(inner) === 'group' ? (
          <details key={key} className="setting-item" open={isRecord(each) && Object.keys(each).length === 0}>
            <summary className="mono">{visible(key)}</summary>
            <GroupFields {...props} schema={inner} value={each} path={[...path, key]} />
            <button type="button" onClick={() => change([...path, key], undefined)}>
              {t('settings.remove', { what: visible(key) })}
            </button>
          </details>
        ) : (
          <Field key={key} {...props} schema={inner} value={each} path={[...path, key]} />
        ),
      )}
      <div className="buttons">
        <input
          className="mono"
          value={name}
          aria-label={`${t('settings.name')}: ${String(path.at(-1))}`}
          placeholder={t('settings.name')}
          onChange={(event) => setName(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            add();
          }}
        />
        <button type="button" onClick={add}>
          {t('settings.add', { what: String(path.at(-1)) })}
        </button>
      </div>
    </fieldset>
  );
}
