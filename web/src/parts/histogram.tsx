/** Counts over time as bars; dragging chooses a stretch. */
import { type PointerEvent, type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import { numberText, spanText, tickText } from '../format.ts';
import { useWords } from '../words/words.ts';

const UPPER = 72;
const LEFT = 44;
const HEIGHT = UPPER + 22;

/** The width of an element, followed. */
export function useWidth(least: number): [React.RefObject<HTMLDivElement | null>, number] {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(640);
  useLayoutEffect(() => {
    if (box.current === null) return;
    setWidth(Math.max(least, box.current.clientWidth));
    const watch = new ResizeObserver(([entry]) => setWidth(Math.max(least, entry?.contentRect.width ?? 640)));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, [least]);
  return [box, width];
}

/** The chart, with its table for those who cannot see it. */
export function Histogram(props: {
  readonly name: string;
  readonly from: number;
  readonly stepMs: number;
  readonly counts: readonly number[];
  /** Left out, nothing can be chosen. */
  readonly choose?: (from: number, to: number) => void;
}): ReactNode {
  const { from, stepMs, counts } = props;
  const { t, language } = useWords();
  const [box, width] = useWidth(240);
  const [drag, setDrag] = useState<readonly [number, number] | null>(null);
  const span = Math.max(1, counts.length) * stepMs;
  const inner = width - LEFT - 8;
  const x = (at: number): number => LEFT + ((at - from) / span) * inner;
  const timeAt = (event: PointerEvent<SVGSVGElement>): number => {
    const offset = event.clientX - event.currentTarget.getBoundingClientRect().left - LEFT;
    return from + (Math.min(Math.max(offset, 0), inner) / inner) * span;
  };
  const finish = (): void => {
    if (drag !== null && Math.abs(x(drag[1]) - x(drag[0])) > 3)
      props.choose?.(Math.floor(Math.min(...drag) / stepMs) * stepMs, Math.ceil(Math.max(...drag) / stepMs) * stepMs);
    setDrag(null);
  };
  const most = Math.max(1, ...counts);
  const barWidth = Math.min(24, Math.max(1, inner / Math.max(1, counts.length) - 1));
  const ticks = Math.max(2, Math.min(7, Math.floor(inner / 110)));
  return (
    <div className="timeline short" ref={box}>
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={props.name}
        onPointerDown={(event) => {
          if (props.choose === undefined) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag([timeAt(event), timeAt(event)]);
        }}
        onPointerMove={(event) => drag !== null && setDrag([drag[0], timeAt(event)])}
        onPointerUp={finish}
        onPointerCancel={() => setDrag(null)}
      >
        <text x={LEFT} y={10} className="chart-name">
          {props.name}{' '}
          <tspan className="chart-unit">{t('chart.per', { span: spanText(stepMs / 1000, language) })}</tspan>
        </text>
        <text x={LEFT - 6} y={24} textAnchor="end">
          {numberText(most, language)}
        </text>
        <text x={LEFT - 6} y={UPPER} textAnchor="end">
          0
        </text>
        <line x1={LEFT} x2={LEFT + inner} y1={UPPER} y2={UPPER} />
        {counts.map((count, index) => {
          const at = from + index * stepMs;
          const height = count === 0 ? 0 : Math.max(2, (count / most) * (UPPER - 18));
          return <rect key={at} className="bar-low" x={x(at)} y={UPPER - height} width={barWidth} height={height} />;
        })}
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
            height={UPPER - 14}
          />
        )}
      </svg>
      <details className="chart-table">
        <summary>
          {t('chart.table')} {props.choose !== undefined && <span className="soft">· {t('chart.hint')}</span>}
        </summary>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('chart.time')}</th>
              <th scope="col" className="number">
                {props.name}
              </th>
            </tr>
          </thead>
          <tbody>
            {counts
              .map((count, index) => [from + index * stepMs, count] as const)
              .filter(([, count]) => count > 0)
              .toReversed()
              .map(([at, count]) => (
                <tr key={at}>
                  <td>{tickText(at, span, language)}</td>
                  <td className="number">{numberText(count, language)}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </details>
    </div>
  );
}
