/** Counts over time as bars; dragging chooses a stretch. */
import type { ReactNode } from 'react';
import { Axis, TimeChart } from './time-chart.tsx';

const HEIGHT = 72;
const WIDEST = 24;

/** The chart, with its table for those who cannot see it. */
export function Histogram(props: {
  readonly name: string;
  readonly from: number;
  readonly stepMs: number;
  readonly counts: readonly number[];
  /** Left out, nothing can be chosen. */
  readonly choose?: (from: number, to: number) => void;
}): ReactNode {
  const { name, from, stepMs, counts } = props;
  const most = Math.max(1, ...counts);
  const all = counts.map((count, index) => ({ at: from + index * stepMs, values: [count] }));
  return (
    <TimeChart
      label={name}
      from={from}
      stepMs={stepMs}
      steps={counts.length}
      height={HEIGHT}
      columns={[name]}
      rows={all.filter(({ values }) => values[0] !== 0)}
      choose={props.choose}
      short
    >
      {({ inner, x, bar }) => (
        <>
          <Axis name={name} stepMs={stepMs} most={most} top={10} base={HEIGHT} inner={inner} />
          {counts.map((count, index) => {
            const at = from + index * stepMs;
            const height = count === 0 ? 0 : Math.max(2, (count / most) * (HEIGHT - 18));
            const width = Math.min(WIDEST, bar);
            return <rect key={at} className="bar-low" x={x(at)} y={HEIGHT - height} width={width} height={height} />;
          })}
        </>
      )}
    </TimeChart>
  );
}
