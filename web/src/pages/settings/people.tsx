/** Who may sign in, and what they may do. */
import { type FormEvent, type ReactNode, useState } from 'react';
import { type Answer, call, type Sent } from '../../api/client.ts';
import { useData } from '../../api/use-data.ts';
import { Ago, Empty, FaultBox, Skeleton } from '../../parts/small.tsx';
import { tellDone, tellFault } from '../../parts/toasts.tsx';
import { useWords } from '../../words/words.ts';

type User = Answer<'users'>['items'][number];
const ROLES = ['viewer', 'operator', 'admin'] as const;
type Role = (typeof ROLES)[number];

/** A choice of roles. */
export function RoleSelect(props: {
  readonly value: Role;
  readonly change: (role: Role) => void;
  readonly label: string;
}): ReactNode {
  const { t } = useWords();
  return (
    <select
      aria-label={props.label}
      value={props.value}
      onChange={(event) => props.change(ROLES.find((role) => role === event.target.value) ?? 'viewer')}
    >
      {ROLES.map((role) => (
        <option key={role} value={role}>
          {role}: {t(`role.${role}`)}
        </option>
      ))}
    </select>
  );
}

/** The tab. */
export function PeopleTab(): ReactNode {
  const { t } = useWords();
  const users = useData('users', (signal) => call('users', {}, signal));
  const change = (user: User, body: Sent<'changeUser'>['body']): void =>
    void call('changeUser', { params: { name: user.name }, body }).then(() => {
      tellDone('people.done', { name: user.name });
      users.reload();
    }, tellFault);
  const remove = (user: User): void =>
    void call('deleteUser', { params: { name: user.name } }).then(() => {
      tellDone('people.removed', { name: user.name });
      users.reload();
    }, tellFault);
  return (
    <>
      <AddUser added={users.reload} />
      {users.fault !== null && <FaultBox fault={users.fault} again={users.reload} />}
      {users.data === null ? (
        users.fault === null && <Skeleton rows={3} />
      ) : users.data.items.length === 0 ? (
        <Empty>{t('people.empty')}</Empty>
      ) : (
        <ul className="people lines">
          {users.data.items.map((user) => (
            <li key={user.name}>
              <strong>{user.name}</strong>
              <RoleSelect
                value={user.role}
                label={`${t('people.role')}: ${user.name}`}
                change={(role) => change(user, { role })}
              />
              <span className="soft">
                {t('people.last')}: {user.lastLoginAt === null ? t('people.never') : <Ago at={user.lastLoginAt} />}
              </span>
              {user.totp && (
                <span className="soft">
                  {t('people.totp')}: {t('people.totp.on')}
                </span>
              )}
              {user.passkeys > 0 && <span className="soft">{t('people.passkeys', { n: user.passkeys })}</span>}
              {user.disabled && <span className="bad">{t('people.disabled')}</span>}
              <details>
                <summary>{t('people.more')}</summary>
                <div className="buttons">
                  <NewPassword user={user} set={(password) => change(user, { password })} />
                  {user.totp && (
                    <button type="button" onClick={() => change(user, { totp: false })}>
                      {t('people.totp.reset')}
                    </button>
                  )}
                  {user.passkeys > 0 && (
                    <button type="button" onClick={() => change(user, { passkeys: false })}>
                      {t('people.passkeys.reset')}
                    </button>
                  )}
                  <button type="button" onClick={() => change(user, { disabled: !user.disabled })}>
                    {t(user.disabled ? 'people.enable' : 'people.disable')}
                  </button>
                  <button type="button" onClick={() => remove(user)}>
                    {t('people.remove')}
                  </button>
                </div>
              </details>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function NewPassword(props: { readonly user: User; readonly set: (password: string) => void }): ReactNode {
  const { t } = useWords();
  const [text, setText] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    props.set(text);
    setText('');
  };
  return (
    <form className="joined-form" onSubmit={submit}>
      <input
        type="password"
        autoComplete="new-password"
        minLength={10}
        maxLength={512}
        required
        value={text}
        placeholder={t('people.password')}
        aria-label={t('people.password.for', { name: props.user.name })}
        onChange={(event) => setText(event.target.value)}
      />
      <button type="submit">{t('people.set')}</button>
    </form>
  );
}

function AddUser({ added }: { readonly added: () => void }): ReactNode {
  const { t } = useWords();
  const [role, setRole] = useState<Role>('viewer');
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    const name = String(data.get('name'));
    call('addUser', { body: { name, password: String(data.get('password')), role } }).then(() => {
      form.reset();
      tellDone('people.added', { name });
      added();
    }, tellFault);
  };
  return (
    <details className="ban-form">
      <summary>{t('people.add')}</summary>
      <form onSubmit={submit}>
        <label>
          {t('people.name')} <span className="soft">({t('people.name.hint')})</span>
          <input
            name="name"
            required
            maxLength={64}
            pattern="[a-z0-9][a-z0-9._\-]*"
            autoCapitalize="none"
            autoComplete="off"
          />
        </label>
        <label>
          {t('account.password.new')}
          <input name="password" type="password" required minLength={10} maxLength={512} autoComplete="new-password" />
        </label>
        <div className="buttons">
          <RoleSelect value={role} change={setRole} label={t('people.role')} />
          <button type="submit" className="main">
            {t('people.add')}
          </button>
        </div>
      </form>
    </details>
  );
}
