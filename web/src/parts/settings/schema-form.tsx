/** A form made from a JSON Schema: only what the file says is filled in, defaults stand behind. */
import { type ReactNode, useId } from 'react';
import { visible } from '../../visible-text.ts';
import { useWords } from '../../words/words.ts';
import { ItemsField, MapField } from './list-fields.tsx';
import { defaultText, isLocal, isRecord, kindOf, type Path, type Schema } from './schema.ts';
import { SecretField } from './secret-field.tsx';
import { useSettingText } from './setting-text.ts';

/** One setting. */
export interface FieldProps {
  readonly schema: Schema;
  readonly value: unknown;
  readonly path: Path;
  readonly change: (path: Path, value: unknown) => void;
  /** Faults by path. */
  readonly faults: ReadonlyMap<string, string>;
}

/** Settings of a group. */
export function GroupFields(props: Omit<FieldProps, 'schema'> & { readonly schema: Schema }): ReactNode {
  const { schema, value, path } = props;
  return Object.entries(schema.properties ?? {})
    .filter(([name, inner]) => !(name === 'type' && inner.const !== undefined))
    .map(([name, inner]) => (
      <Field
        key={name}
        {...props}
        schema={inner}
        value={isRecord(value) ? value[name] : undefined}
        path={[...path, name]}
      />
    ));
}

/** One setting with its name, control, meaning and fault. */
export function Field(props: FieldProps): ReactNode {
  const { schema, path, value } = props;
  const kind = kindOf(schema);
  const name = String(path.at(-1));
  const text = useSettingText(schema.description);
  if (kind === 'group')
    return (
      <fieldset className="setting-group">
        <legend className="mono">{visible(name)}</legend>
        {text !== null && <p className="soft">{text}</p>}
        <GroupFields {...props} />
      </fieldset>
    );
  if (kind === 'items' || kind === 'auto') return <ItemsField {...props} about={text} />;
  if (kind === 'map') return <MapField {...props} about={text} />;
  return <Row {...props} kind={kind} about={text} local={isLocal(path)} set={value !== undefined} />;
}

function Row(
  props: FieldProps & {
    readonly kind: 'choice' | 'switch' | 'number' | 'text' | 'secret' | 'words' | 'json';
    readonly about: string | null;
    readonly local: boolean;
    readonly set: boolean;
  },
): ReactNode {
  const { t } = useWords();
  const id = useId();
  const { path, faults } = props;
  const fault = faults.get(path.join('.'));
  return (
    <div className={fault === undefined ? 'setting' : 'setting wrong'} id={`setting-${path.join('.')}`}>
      <label htmlFor={id} className="mono">
        {visible(String(path.at(-1)))}
      </label>
      <div>
        {props.kind === 'secret' ? <SecretField {...props} id={id} /> : <Control {...props} id={id} />}
        {fault !== undefined && (
          <p className="bad" id={`${id}-fault`}>
            {fault}
          </p>
        )}
        {props.about !== null && (
          <p className="soft" id={`${id}-about`}>
            {props.about}
          </p>
        )}
        {props.local && <p className="soft">{t('settings.local')}</p>}
      </div>
    </div>
  );
}

function Control(
  props: FieldProps & { readonly kind: string; readonly id: string; readonly local: boolean },
): ReactNode {
  const { t } = useWords();
  const { schema, value, path, change, id, local, kind } = props;
  const fallback = defaultText(schema);
  const hint = fallback === null ? t('settings.unset') : t('settings.default', { value: fallback });
  const common = { id, disabled: local, 'aria-describedby': `${id}-fault ${id}-about` };
  if (kind === 'choice' || kind === 'switch') {
    const choices = kind === 'switch' ? [true, false] : (schema.enum ?? []);
    const shown = (each: unknown): string =>
      each === true ? t('settings.yes') : each === false ? t('settings.no') : String(each);
    const standing =
      schema.default === undefined ? t('settings.unset') : t('settings.default', { value: shown(schema.default) });
    return (
      <select
        {...common}
        value={value === undefined ? '' : String(value)}
        onChange={(event) =>
          change(
            path,
            choices.find((each) => String(each) === event.target.value),
          )
        }
      >
        <option value="">{standing}</option>
        {choices.map((each) => (
          <option key={String(each)} value={String(each)}>
            {shown(each)}
          </option>
        ))}
      </select>
    );
  }
  if (kind === 'words')
    return (
      <textarea
        {...common}
        className="mono"
        rows={Math.min(8, Math.max(1, Array.isArray(value) ? value.length + 1 : 1))}
        spellCheck={false}
        placeholder={`${hint} (${t('settings.lines')})`}
        value={Array.isArray(value) ? value.join('\n') : ''}
        onChange={(event) => change(path, wordsOf(event.target.value, schema.items?.type === 'integer'))}
        onBlur={(event) => {
          const words = event.target.value.split('\n').filter((word) => word.trim() !== '');
          if (Array.isArray(value) && words.length !== value.length)
            change(path, wordsOf(words.join('\n'), schema.items?.type === 'integer'));
        }}
      />
    );
  if (kind === 'json')
    return (
      <textarea
        {...common}
        className="mono"
        rows={2}
        spellCheck={false}
        placeholder={hint}
        defaultValue={value === undefined ? '' : JSON.stringify(value)}
        onBlur={(event) => change(path, parsed(event.target.value))}
      />
    );
  const number = kind === 'number';
  return (
    <input
      {...common}
      className={number ? undefined : 'mono'}
      inputMode={number ? 'decimal' : undefined}
      spellCheck={false}
      autoComplete="off"
      placeholder={hint}
      value={value === undefined ? '' : String(value)}
      onChange={(event) => {
        const text = event.target.value;
        const isNumber = number && /^-?\d+(?:\.\d+)?$/.test(text);
        change(path, text === '' ? undefined : isNumber ? Number(text) : text);
      }}
    />
  );
}

function wordsOf(text: string, numbers: boolean): unknown {
  if (text === '') return undefined;
  const words = text.split('\n');
  return numbers ? words.map((word) => (/^\d+$/.test(word) ? Number(word) : word)) : words;
}

function parsed(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
