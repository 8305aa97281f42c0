/** The frame of every page: rail, mode, connection, keys; and the page the link names. */
import { type ComponentType, lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { call } from './api/client.ts';
import { useLink, useLive } from './api/live.ts';
import { useData } from './api/use-data.ts';
import { exactText } from './format.ts';
import { useKeys } from './keys.ts';
import { AddressesPage } from './pages/addresses.tsx';
import { AlertsPage } from './pages/alerts.tsx';
import { DecisionsPage } from './pages/decisions.tsx';
import { NowPage } from './pages/now.tsx';
import { SourcesPage } from './pages/sources.tsx';
import { KeysDialog } from './parts/keys-dialog.tsx';
import { Skeleton } from './parts/small.tsx';
import { Toasts, undoNewest } from './parts/toasts.tsx';
import { go, linkTo, type Place, usePlace } from './route.ts';
import { setLanguage, setTheme, useTheme } from './settings.ts';
import { useWords } from './words/words.ts';

type PageView = ComponentType<{ readonly place: Place }>;

/** Pages read at three in the morning come with the first load; those for the morning after when they are opened. */
const PAGES = {
  now: NowPage,
  alerts: AlertsPage,
  addresses: AddressesPage,
  decisions: DecisionsPage,
  rules: lazy(async () => ({ default: (await import('./pages/rules.tsx')).RulesPage })),
  normal: lazy(async () => ({ default: (await import('./pages/normal.tsx')).NormalPage })),
  intelligence: lazy(async () => ({ default: (await import('./pages/intelligence.tsx')).IntelligencePage })),
  sources: SourcesPage,
  search: lazy(async () => ({ default: (await import('./pages/search.tsx')).SearchPage })),
  settings: lazy(async () => ({ default: (await import('./pages/settings.tsx')).SettingsPage })),
} as const satisfies Readonly<Record<string, PageView>>;
type Page = keyof typeof PAGES;
const NAMES = Object.keys(PAGES) as Page[];
/** Pages whose places in the bar of a phone are always there. */
const ON_PHONE = 4;

/** Own drawings, 16 by 16: lantern, peak, ring, gate, brackets, wave, shield, lines, glass, sliders. */
const ICONS: Readonly<Record<Page, string>> = {
  now: 'M6 2h4M5 4h6l1 8H4zM8 7v3',
  alerts: 'M8 2.5L14 13H2zM8 6.5v3.5',
  addresses: 'M8 2a6 6 0 1 0 0 12A6 6 0 1 0 8 2M8 7.2v1.6',
  decisions: 'M3 2.5v11M3 5h10v3H3',
  rules: 'M6 2.5H3v11h3M10 2.5h3v11h-3',
  normal: 'M2 10c2-6 4-6 6-2s4 4 6-2M2 13.5h12',
  intelligence: 'M8 2l5 2v4c0 3-2 5-5 6.5C5 13 3 11 3 8V4zM8 6v3',
  sources: 'M2.5 4h11M2.5 8h11M2.5 12h7',
  settings: 'M2 5h6M12 5h2M10 3v4M2 11h2M8 11h6M6 9v4',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M10.4 10.4L14 14',
};

/** The frame. */
export function Shell({ signedOut }: { readonly signedOut: () => void }): ReactNode {
  const place = usePlace();
  const { t } = useWords();
  const [keysOpen, setKeysOpen] = useState(false);
  const page = NAMES.find((each) => each === place.page) ?? 'now';
  const View: PageView = PAGES[page];
  useKeys({
    '?': () => setKeysOpen(true),
    z: () => void undoNewest(),
    ...Object.fromEntries(NAMES.map((name, index) => [String((index + 1) % 10), () => go(linkTo(name))])),
  });
  useEffect(() => {
    document.title = `${t(`nav.${page}`)} · Bekçi`;
  }, [page, t]);
  return (
    <div className="shell">
      <button type="button" className="skip" onClick={() => document.getElementById('page')?.focus()}>
        {t('nav.skip')}
      </button>
      <Rail page={page} signedOut={signedOut} openKeys={() => setKeysOpen(true)} />
      <div className="stage">
        <TopBar />
        <main id="page" className={`page page-${page}`} tabIndex={-1}>
          <Suspense fallback={<Skeleton rows={8} />}>
            <View place={place} />
          </Suspense>
        </main>
      </div>
      <Toasts />
      {keysOpen && <KeysDialog close={() => setKeysOpen(false)} />}
    </div>
  );
}

function Rail(props: {
  readonly page: Page;
  readonly signedOut: () => void;
  readonly openKeys: () => void;
}): ReactNode {
  const { t, language } = useWords();
  const theme = useTheme();
  const [open, setOpen] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes it, however it was reached
  useEffect(() => setOpen(false), [props.page]);
  const leave = (): void => void call('logout').then(props.signedOut, props.signedOut);
  const entry = (name: Page): ReactNode => (
    <li key={name}>
      <a href={linkTo(name)} aria-current={name === props.page ? 'page' : undefined} onClick={() => setOpen(false)}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d={ICONS[name]} />
        </svg>
        <span>{t(`nav.${name}`)}</span>
      </a>
    </li>
  );
  return (
    <nav className={open ? 'rail open' : 'rail'} aria-label={t('nav.label')}>
      <span className="brand">Bekçi</span>
      <ul>
        {NAMES.slice(0, ON_PHONE).map(entry)}
        <li className="more-pages">
          <button
            type="button"
            className={NAMES.indexOf(props.page) < ON_PHONE ? 'quiet' : 'quiet current'}
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <path d="M3 8h.01M8 8h.01M13 8h.01" />
            </svg>
            <span>{NAMES.indexOf(props.page) < ON_PHONE ? t('nav.more') : t(`nav.${props.page}`)}</span>
          </button>
        </li>
      </ul>
      <ul className="rail-rest">{NAMES.slice(ON_PHONE).map(entry)}</ul>
      <div className="rail-foot">
        <button
          type="button"
          className="quiet"
          lang={language === 'tr' ? 'en' : 'tr'}
          onClick={() => setLanguage(language === 'tr' ? 'en' : 'tr')}
        >
          {t('rail.language')}
        </button>
        <button type="button" className="quiet" onClick={() => setTheme(theme === 'dark' ? 'light' : 'dark')}>
          {t(theme === 'dark' ? 'rail.light' : 'rail.dark')}
        </button>
        <button type="button" className="quiet wide-only" onClick={props.openKeys}>
          {t('rail.keys')} <kbd>?</kbd>
        </button>
        <button type="button" className="quiet" onClick={leave}>
          {t('rail.out')}
        </button>
      </div>
    </nav>
  );
}

/** The mode, what arming means, and whether what is seen is still true. */
function TopBar(): ReactNode {
  const { t, language } = useWords();
  const link = useLink();
  const seenAt = useRef<number | null>(null);
  const status = useData('status', (signal) => call('status', {}, signal));
  useLive((event) => {
    if (event.event === 'status') status.change((old) => ({ ...old, ...event.data }));
    seenAt.current = Date.now();
  });
  const mode = status.data?.mode ?? null;
  return (
    <header className="top">
      {mode !== null && (
        <details className={`mode mode-${mode}`}>
          <summary>
            <span className="mode-word">{t(`mode.${mode}`)}</span>
            <span className="mode-short">{t(`mode.${mode}.short`)}</span>
          </summary>
          <div className="mode-what">
            <p>{t(`mode.${mode}.what`)}</p>
            {mode === 'observe' && <p>{t('mode.observe.how')}</p>}
          </div>
        </details>
      )}
      {status.data?.demonstration === true && <p className="demonstration">{t('mode.demonstration')}</p>}
      {link === 'lost' && (
        <p className="lost" role="status">
          {seenAt.current === null
            ? t('link.lost.never')
            : t('link.lost', { time: exactText(seenAt.current, language) })}
        </p>
      )}
    </header>
  );
}
