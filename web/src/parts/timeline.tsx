/** Detections by level and lines read over time: two small charts on one axis; dragging chooses a stretch. */
import type { ReactNode } from 'react';
import type { Answer } from '../api/client.ts';
import { useWords } from '../words/words.ts';
import { LEVELS } from './small.tsx';
import { Axis, type Scale, TimeChart } from './time-chart.tsx';

type Timeline = Answer<'timeline'>;
type Bucket = Timeline['buckets'][number];

const UPPER = 96;
const LOWER = 40;
const GAP = 26;
const BASE = UPPER + GAP + LOWER;

const sumOf = (bucket: Bucket): number => LEVELS.reduce((sum, level) => sum + bucket.detections[level], 0);

/** The chart, with its table for those who cannot see it. */
export function TimelineChart(props: {
  readonly timeline: Timeline;
  readonly choose: (from: number, to: number) => void;
}): ReactNode {
  const { buckets, from, stepMs } = props.timeline;
  const { t } = useWords();
  const most = Math.max(1, ...buckets.map(sumOf));
  const mostLines = Math.max(1, ...buckets.map((bucket) => bucket.lines));
  const names = [t('chart.detections'), t('chart.bans'), t('chart.lines')];
  return (
    <TimeChart
      label={`${t('chart.detections')}, ${t('chart.lines')}`}
      from={from}
      stepMs={stepMs}
      steps={buckets.length}
      height={BASE}
      columns={names}
      rows={buckets
        .filter((bucket) => sumOf(bucket) > 0 || bucket.bans > 0)
        .map((bucket) => ({ at: bucket.at, values: [sumOf(bucket), bucket.bans, bucket.lines] }))}
      choose={props.choose}
    >
      {(scale) => (
        <>
          <Axis name={t('chart.detections')} stepMs={stepMs} most={most} top={10} base={UPPER} inner={scale.inner} />
          {buckets.map((bucket) => (
            <Bar key={bucket.at} bucket={bucket} x={scale.x(bucket.at)} width={scale.bar} most={most} />
          ))}
          <Axis
            name={t('chart.lines')}
            stepMs={stepMs}
            most={mostLines}
            top={UPPER + GAP - 8}
            base={BASE}
            inner={scale.inner}
          />
          <polygon className="chart-area" points={areaOf(props.timeline, mostLines, scale)} />
        </>
      )}
    </TimeChart>
  );
}

/** Lines read, as an area from the first step to the last. */
function areaOf({ buckets, from, stepMs }: Timeline, most: number, { x }: Scale): string {
  const points = buckets.map(({ at, lines }) => `${x(at + stepMs / 2)},${BASE - (lines / most) * LOWER}`);
  return [`${x(from)},${BASE}`, ...points, `${x(from + buckets.length * stepMs)},${BASE}`].join(' ');
}

function Bar(props: {
  readonly bucket: Bucket;
  readonly x: number;
  readonly width: number;
  readonly most: number;
}): ReactNode {
  let y = UPPER;
  return (
    <g>
      {LEVELS.map((level) => {
        const value = props.bucket.detections[level];
        if (value === 0) return null;
        // One detection among thousands is still to be seen.
        const height = Math.max(2, (value / props.most) * (UPPER - 16));
        y -= height;
        return <rect key={level} className={`bar-${level}`} x={props.x} y={y} width={props.width} height={height} />;
      })}
      {props.bucket.bans > 0 && (
        <path className="chart-ban" d={`M${props.x} ${UPPER + 2}h${props.width}v3h-${props.width}z`} />
      )}
    </g>
  );
}
