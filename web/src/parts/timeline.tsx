/** Detections by level and lines read over time: two small charts on one axis; dragging chooses a stretch. */
import { type PointerEvent, type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import type { Answer } from '../api/client.ts';
import { numberText, spanText, tickText } from '../format.ts';
import { useWords } from '../words/words.ts';
import { LEVELS } from './small.tsx';

type Timeline = Answer<'timeline'>;
type Bucket = Timeline['buckets'][number];

const UPPER = 96;
const LOWER = 40;
const GAP = 26;
const LEFT = 44;
const HEIGHT = UPPER + GAP + LOWER + 22;

const sumOf = (bucket: Bucket): number => LEVELS.reduce((sum, level) => sum + bucket.detections[level], 0);

/** The chart, with its table for those who cannot see it. */
export function TimelineChart(props: {
  readonly timeline: Timeline;
  readonly choose: (from: number, to: number) => void;
}): ReactNode {
  const { buckets, from, to, stepMs } = props.timeline;
  const { t, language } = useWords();
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(640);
  const [drag, setDrag] = useState<readonly [number, number] | null>(null);
  // Before the first painting: a width that is put right later would be seen as a jump.
  useLayoutEffect(() => {
    if (box.current === null) return;
    setWidth(Math.max(240, box.current.clientWidth));
    const watch = new ResizeObserver(([entry]) => setWidth(Math.max(240, entry?.contentRect.width ?? 640)));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);

  const span = Math.max(1, to - from);
  const inner = width - LEFT - 8;
  const x = (at: number): number => LEFT + ((at - from) / span) * inner;
  const timeAt = (event: PointerEvent<SVGSVGElement>): number => {
    const offset = event.clientX - event.currentTarget.getBoundingClientRect().left - LEFT;
    return Math.round(from + (Math.min(Math.max(offset, 0), inner) / inner) * span);
  };
  const finish = (): void => {
    if (drag !== null && Math.abs(drag[1] - drag[0]) > stepMs) props.choose(Math.min(...drag), Math.max(...drag));
    setDrag(null);
  };
  const most = Math.max(1, ...buckets.map(sumOf));
  const mostLines = Math.max(1, ...buckets.map((bucket) => bucket.lines));
  const barWidth = Math.max(1, inner / Math.max(1, buckets.length) - 1);
  const base = UPPER + GAP + LOWER;
  const area = buckets.map((bucket) => `${x(bucket.at + stepMs / 2)},${base - (bucket.lines / mostLines) * LOWER}`);
  const ticks = Math.max(2, Math.min(7, Math.floor(inner / 110)));
  const per = t('chart.per', { span: spanText(stepMs / 1000, language) });

  return (
    <div className="timeline" ref={box}>
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={`${t('chart.detections')}, ${t('chart.lines')}`}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag([timeAt(event), timeAt(event)]);
        }}
        onPointerMove={(event) => drag !== null && setDrag([drag[0], timeAt(event)])}
        onPointerUp={finish}
        onPointerCancel={() => setDrag(null)}
      >
        <text x={LEFT} y={10} className="chart-name">
          {t('chart.detections')} <tspan className="chart-unit">{per}</tspan>
        </text>
        <text x={LEFT - 6} y={24} textAnchor="end">
          {numberText(most, language)}
        </text>
        <text x={LEFT - 6} y={UPPER} textAnchor="end">
          0
        </text>
        <line x1={LEFT} x2={LEFT + inner} y1={UPPER} y2={UPPER} />
        {buckets.map((bucket) => (
          <Bar key={bucket.at} bucket={bucket} x={x(bucket.at)} width={barWidth} most={most} />
        ))}
        <text x={LEFT} y={UPPER + GAP - 8} className="chart-name">
          {t('chart.lines')} <tspan className="chart-unit">{per}</tspan>
        </text>
        <text x={LEFT - 6} y={UPPER + GAP + 8} textAnchor="end">
          {numberText(mostLines, language)}
        </text>
        <text x={LEFT - 6} y={base} textAnchor="end">
          0
        </text>
        {area.length > 0 && (
          <polygon
            className="chart-area"
            points={`${x(from)},${base} ${area.join(' ')} ${x(Math.min(to, from + buckets.length * stepMs))},${base}`}
          />
        )}
        <line x1={LEFT} x2={LEFT + inner} y1={base} y2={base} />
        {Array.from({ length: ticks }, (_, index) => from + (span * index) / (ticks - 1)).map((at, index) => (
          <text
            key={at}
            x={x(at)}
            y={HEIGHT - 5}
            textAnchor={index === 0 ? 'start' : index === ticks - 1 ? 'end' : 'middle'}
          >
            {tickText(at, span, language)}
          </text>
        ))}
        {drag !== null && (
          <rect
            className="chart-drag"
            x={x(Math.min(...drag))}
            y={14}
            width={Math.abs(x(drag[1]) - x(drag[0]))}
            height={base - 14}
          />
        )}
      </svg>
      <TimelineTable timeline={props.timeline} />
    </div>
  );
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

function TimelineTable({ timeline }: { readonly timeline: Timeline }): ReactNode {
  const { t, language } = useWords();
  const span = timeline.to - timeline.from;
  const busy = timeline.buckets.filter((bucket) => sumOf(bucket) > 0 || bucket.bans > 0).toReversed();
  return (
    <details className="chart-table">
      <summary>
        {t('chart.table')} <span className="soft">· {t('chart.hint')}</span>
      </summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('chart.time')}</th>
            <th scope="col" className="number">
              {t('chart.detections')}
            </th>
            <th scope="col" className="number">
              {t('chart.bans')}
            </th>
            <th scope="col" className="number">
              {t('chart.lines')}
            </th>
          </tr>
        </thead>
        <tbody>
          {busy.map((bucket) => (
            <tr key={bucket.at}>
              <td>{tickText(bucket.at, span, language)}</td>
              <td className="number">{numberText(sumOf(bucket), language)}</td>
              <td className="number">{numberText(bucket.bans, language)}</td>
              <td className="number">{numberText(bucket.lines, language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
