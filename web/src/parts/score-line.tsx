/** The newest scores of a model with the line above which they are unusual. */
import type { ReactNode } from 'react';

const WIDTH = 240;
const HEIGHT = 44;

/** The drawing. */
export function ScoreLine(props: {
  readonly scores: readonly number[];
  readonly threshold: number | null;
  readonly label: string;
}): ReactNode {
  const { scores, threshold } = props;
  const high = Math.max(threshold ?? 0, ...scores) * 1.1 || 1;
  const low = Math.min(threshold ?? 0, 0, ...scores);
  const y = (score: number): number => HEIGHT - 2 - ((score - low) / (high - low)) * (HEIGHT - 4);
  const x = (index: number): number => (index / Math.max(1, scores.length - 1)) * (WIDTH - 6) + 3;
  const points = scores.map((score, index) => `${x(index).toFixed(1)},${y(score).toFixed(1)}`);
  return (
    <svg className="score-line" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={props.label}>
      {threshold !== null && <line className="score-threshold" x1={0} x2={WIDTH} y1={y(threshold)} y2={y(threshold)} />}
      <polyline className="score-run" points={points.join(' ')} />
      {scores.map(
        (score, index) =>
          threshold !== null &&
          score > threshold && (
            // biome-ignore lint/suspicious/noArrayIndexKey: a score is known by its place
            <circle key={index} className="score-odd" cx={x(index)} cy={y(score)} r={3} />
          ),
      )}
    </svg>
  );
}
