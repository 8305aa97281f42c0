/** Weight of an entity's detections a day, as small bars with their values to read. */
import type { ReactNode } from 'react';
import type { Answer } from '../api/client.ts';
import { numberText } from '../format.ts';
import { useWords } from '../words/words.ts';

const WIDTH = 14;
const HEIGHT = 48;

/** The bars. */
export function ScoreBars({ score }: { readonly score: Answer<'entity'>['score'] }): ReactNode {
  const { t, language } = useWords();
  const most = Math.max(1, ...score.map((each) => each.score));
  const day = (at: number): string =>
    new Date(at).toLocaleDateString(language === 'tr' ? 'tr-TR' : 'en-GB', { day: 'numeric', month: 'short' });
  const words = score.map((each) => `${day(each.at)}: ${numberText(each.score, language)}`);
  return (
    <figure className="score">
      <figcaption className="soft">{t('address.score')}</figcaption>
      <svg width={score.length * WIDTH} height={HEIGHT} role="img" aria-label={words.join('; ')}>
        {score.map((each, index) => {
          const height = Math.max(2, (each.score / most) * HEIGHT);
          return (
            <rect
              key={each.at}
              x={index * WIDTH}
              y={HEIGHT - height}
              width={WIDTH - 3}
              height={height}
              className="bar-medium"
            >
              <title>{words[index]}</title>
            </rect>
          );
        })}
      </svg>
    </figure>
  );
}
