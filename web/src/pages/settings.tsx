/** Settings: one's own account; for admins the configuration, people, tokens, and who did what. */
import type { ReactNode } from 'react';
import { useIsAdmin } from '../me.ts';
import { linkTo, type Place } from '../route.ts';
import { useWords } from '../words/words.ts';
import { AccountTab } from './settings/account.tsx';
import { AuditTab } from './settings/audit.tsx';
import { ConfigurationTab } from './settings/configuration.tsx';
import { PeopleTab } from './settings/people.tsx';
import { TokensTab } from './settings/tokens.tsx';

const TABS = {
  account: AccountTab,
  configuration: ConfigurationTab,
  people: PeopleTab,
  tokens: TokensTab,
  audit: AuditTab,
} as const;
type Tab = keyof typeof TABS;

/** The page. */
export function SettingsPage({ place }: { readonly place: Place }): ReactNode {
  const { t } = useWords();
  const isAdmin = useIsAdmin();
  const names = (Object.keys(TABS) as Tab[]).filter((name) => isAdmin || name === 'account');
  const tab = names.find((name) => name === place.item) ?? (isAdmin ? 'configuration' : 'account');
  const View = TABS[tab];
  return (
    <>
      <h1>{t('settings.title')}</h1>
      {names.length > 1 && (
        <nav className="tabs" aria-label={t('settings.title')}>
          {names.map((name) => (
            <a key={name} href={linkTo('settings', name)} aria-current={name === tab ? 'page' : undefined}>
              {t(`settings.tab.${name}`)}
            </a>
          ))}
        </nav>
      )}
      <View />
    </>
  );
}
