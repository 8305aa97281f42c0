/** Where attackers come from: the map, its countries as a table, and the networks. */
import { type ReactNode, useState } from 'react';
import type { Answer } from '../../api/client.ts';
import { dateText, numberText } from '../../format.ts';
import { linkTo } from '../../route.ts';
import { visible } from '../../visible-text.ts';
import { useWords } from '../../words/words.ts';
import { countryName } from './country.ts';
import { WorldMap } from './world-map.tsx';

type Places = Answer<'places'>;
const SHOWN = 8;

/** All of it. The files know at least something. */
export default function PlacesView({ places }: { readonly places: Places }): ReactNode {
  const { t } = useWords();
  const { countries, networks, addresses, unplaced } = places;
  const [chosen, setChosen] = useState<string | null>(null);
  if (addresses === 0) return <p className="soft">{t('places.none')}</p>;
  return (
    <>
      {countries.length > 0 && (
        <div className="places">
          <WorldMap countries={countries} addresses={addresses - unplaced} chosen={chosen} choose={setChosen} />
          <CountryTable countries={countries} chosen={chosen} choose={setChosen} />
        </div>
      )}
      {networks.length > 0 && <NetworkTable networks={networks} />}
      <p className="soft places-source">
        {unplaced > 0 && countries.length > 0 && `${t('places.unplaced', { n: unplaced, total: addresses })} `}
        <Source files={places.files} />
      </p>
    </>
  );
}

function CountryTable(props: {
  readonly countries: Places['countries'];
  readonly chosen: string | null;
  readonly choose: (code: string | null) => void;
}): ReactNode {
  const { t, language } = useWords();
  const [all, setAll] = useState(false);
  const { countries } = props;
  return (
    <div>
      <table>
        <caption>{t('places.countries')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('places.country')}</th>
            <th scope="col" className="number">
              {t('places.addresses')}
            </th>
            <th scope="col" className="number">
              {t('places.detections')}
            </th>
            <th scope="col">{t('places.busiest')}</th>
          </tr>
        </thead>
        <tbody>
          {countries.slice(0, all ? countries.length : SHOWN).map((each) => (
            <tr
              key={each.code}
              className={each.code === props.chosen ? 'chosen' : undefined}
              onPointerEnter={() => props.choose(each.code)}
              onPointerLeave={() => props.choose(null)}
            >
              <th scope="row">{countryName(each.code, language)}</th>
              <td className="number">{numberText(each.addresses, language)}</td>
              <td className="number">{numberText(each.detections, language)}</td>
              <td>
                <Busiest addresses={each.busiest} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <All n={countries.length} all={all} show={() => setAll(true)} />
    </div>
  );
}

function NetworkTable({ networks }: { readonly networks: Places['networks'] }): ReactNode {
  const { t, language } = useWords();
  const [all, setAll] = useState(false);
  return (
    <div className="networks">
      <table>
        <caption>{t('places.networks')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('places.network')}</th>
            <th scope="col" className="number">
              {t('places.addresses')}
            </th>
            <th scope="col" className="number">
              {t('places.detections')}
            </th>
            <th scope="col">{t('places.busiest')}</th>
          </tr>
        </thead>
        <tbody>
          {networks.slice(0, all ? networks.length : SHOWN).map((each) => (
            <tr key={each.asn}>
              <th scope="row">
                {each.name === null ? '' : `${visible(each.name)} `}
                <span className="mono soft">AS{each.asn}</span>
              </th>
              <td className="number">{numberText(each.addresses, language)}</td>
              <td className="number">{numberText(each.detections, language)}</td>
              <td>
                <Busiest addresses={each.busiest} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <All n={networks.length} all={all} show={() => setAll(true)} />
    </div>
  );
}

function Busiest({ addresses }: { readonly addresses: readonly string[] }): ReactNode {
  const [first] = addresses;
  return first === undefined ? null : (
    <a className="mono" href={linkTo('addresses', first)}>
      {visible(first)}
    </a>
  );
}

function All(props: { readonly n: number; readonly all: boolean; readonly show: () => void }): ReactNode {
  const { t } = useWords();
  if (props.all || props.n <= SHOWN) return null;
  return (
    <button type="button" className="quiet" onClick={props.show}>
      {t('places.more', { n: props.n })}
    </button>
  );
}

/** Which files say so, and of when they are. */
function Source({ files }: { readonly files: Places['files'] }): ReactNode {
  const { t, language } = useWords();
  const good = files.flatMap(({ type, builtAt }) =>
    type === null ? [] : [t('places.file', { type: visible(type), date: dateText(builtAt ?? 0, language) })],
  );
  return (
    <>
      {t('places.source', { files: good.join(', ') })}
      {files.map(({ path, problem }) =>
        problem === null ? null : (
          <span key={path} className="bad">
            {' '}
            {t('places.problem', { path: visible(path), problem: visible(problem) })}
          </span>
        ),
      )}
    </>
  );
}
