/** The world with a bubble on each country that attackers came from; its area is how many. */
import type { ReactNode } from 'react';
import type { Answer } from '../../api/client.ts';
import { numberText } from '../../format.ts';
import { useWords } from '../../words/words.ts';
import { countryName } from './country.ts';
import { BORDERS, CENTRES, LAND, SIZE } from './world.ts';

type Country = Answer<'places'>['countries'][number];

/** Radius of the largest bubble and of the smallest, in the drawing's units. */
const LARGEST = 46;
const SMALLEST = 9;

const centres: ReadonlyMap<string, readonly [number, number]> = new Map(
  CENTRES.split(' ').map((text) => {
    const [x, y] = text.slice(2).split(',');
    return [text.slice(0, 2), [Number(x), Number(y)]];
  }),
);

/** The map; the table of countries beside it is its text. */
export function WorldMap(props: {
  readonly countries: readonly Country[];
  readonly addresses: number;
  /** Code of the country that is pointed at. */
  readonly chosen: string | null;
  readonly choose: (code: string | null) => void;
}): ReactNode {
  const { countries, chosen } = props;
  const { t, language } = useWords();
  const most = Math.max(1, ...countries.map((each) => each.addresses));
  const label = t('places.map', { countries: countries.length, addresses: props.addresses });
  return (
    <svg className="world" viewBox={`0 0 ${SIZE[0]} ${SIZE[1]}`} role="img" aria-label={label}>
      <path className="world-land" d={LAND} />
      <path className="world-borders" d={BORDERS} />
      {countries.map((each) => {
        const centre = centres.get(each.code);
        if (centre === undefined) return null;
        const name = countryName(each.code, language);
        return (
          <circle
            key={each.code}
            className={each.code === chosen ? 'world-bubble chosen' : 'world-bubble'}
            cx={centre[0]}
            cy={centre[1]}
            r={Math.max(SMALLEST, LARGEST * Math.sqrt(each.addresses / most))}
            onPointerEnter={() => props.choose(each.code)}
            onPointerLeave={() => props.choose(null)}
          >
            <title>
              {t('places.bubble', {
                name,
                addresses: numberText(each.addresses, language),
                detections: numberText(each.detections, language),
              })}
            </title>
          </circle>
        );
      })}
    </svg>
  );
}
