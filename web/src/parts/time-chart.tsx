/** The frame that charts over time share: width, time axis, choosing a stretch by dragging or in the table, and that table. */
import { type PointerEvent, type ReactNode, type RefObject, useLayoutEffect, useRef, useState } from 'react';
import { axisText, numberText, shortNumberText, spanText, tickText } from '../format.ts';
import { useWords } from '../words/words.ts';
import { roundTimes } from './ticks.ts';

/** Where the plot begins; numbers of the upright axis stand left of it. */
export const LEFT = 52;
const RIGHT = 8;
const LEAST = 240;
/** Room for the names of times. */
const FOOT = 22;
/** Half of the longest name of a time: one that would be cut is left out. */
const HALF_NAME = 22;
/** What is dragged less far was a click, pixels. */
const CLICK = 3;

/** Where things are, pixels. */
export interface Scale {
  readonly inner: number;
  x(at: number): number;
  /** Width of one step with a gap to the next. */
  readonly bar: number;
}
/** A row of the table: a step and its numbers. */
export interface TimeRow {
  readonly at: number;
  readonly values: readonly number[];
}
type Choose = (from: number, to: number) => void;

/** The width of an element, followed. Set before the first painting: put right later it would be seen as a jump. */
function useWidth(): [RefObject<HTMLDivElement | null>, number] {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(640);
  useLayoutEffect(() => {
    if (box.current === null) return;
    setWidth(Math.max(LEAST, box.current.clientWidth));
    const watch = new ResizeObserver(([entry]) => setWidth(Math.max(LEAST, entry?.contentRect.width ?? 640)));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return [box, width];
}

/** The chart. `children` draws into it. */
export function TimeChart(props: {
  readonly label: string;
  readonly from: number;
  readonly stepMs: number;
  readonly steps: number;
  /** Height of the plot without the names of times. */
  readonly height: number;
  readonly columns: readonly string[];
  readonly rows: readonly TimeRow[];
  /** Left out, nothing can be chosen. */
  readonly choose?: Choose | undefined;
  readonly short?: boolean;
  readonly children: (scale: Scale) => ReactNode;
}): ReactNode {
  const { from, stepMs, height, choose } = props;
  const { language } = useWords();
  const [box, width] = useWidth();
  const [drag, setDrag] = useState<readonly [number, number] | null>(null);
  const steps = Math.max(1, props.steps);
  const span = steps * stepMs;
  const inner = width - LEFT - RIGHT;
  const x = (at: number): number => LEFT + ((at - from) / span) * inner;
  const timeAt = (event: PointerEvent<SVGSVGElement>): number => {
    const offset = event.clientX - event.currentTarget.getBoundingClientRect().left - LEFT;
    return from + (Math.min(Math.max(offset, 0), inner) / inner) * span;
  };
  const finish = (): void => {
    // Whole steps: what is drawn as one bar is not cut.
    const step = (at: number, round: (n: number) => number): number => from + round((at - from) / stepMs) * stepMs;
    if (drag !== null && Math.abs(x(drag[1]) - x(drag[0])) > CLICK)
      choose?.(step(Math.min(...drag), Math.floor), step(Math.max(...drag), Math.ceil));
    setDrag(null);
  };
  const ticks = roundTimes(from, span, Math.max(3, Math.min(9, Math.floor(inner / 64))));
  return (
    <div className={props.short === true ? 'timeline short' : 'timeline'} ref={box}>
      <svg
        className={choose === undefined ? 'fixed' : undefined}
        width={width}
        height={height + FOOT}
        role="img"
        aria-label={props.label}
        onPointerDown={(event) => {
          if (choose === undefined) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag([timeAt(event), timeAt(event)]);
        }}
        onPointerMove={(event) => drag !== null && setDrag([drag[0], timeAt(event)])}
        onPointerUp={finish}
        onPointerCancel={() => setDrag(null)}
      >
        {props.children({ inner, x, bar: Math.max(1, inner / steps - 1) })}
        {ticks.times
          .filter((at) => x(at) + HALF_NAME < width)
          .map((at) => (
            <text key={at} x={x(at)} y={height + FOOT - 5} textAnchor="middle">
              {axisText(at, ticks.step, language)}
            </text>
          ))}
        {drag !== null && (
          <rect
            className="chart-drag"
            x={x(Math.min(...drag))}
            y={14}
            width={Math.abs(x(drag[1]) - x(drag[0]))}
            height={height - 14}
          />
        )}
      </svg>
      <TimeTable span={span} stepMs={stepMs} columns={props.columns} rows={props.rows} choose={choose} />
    </div>
  );
}

/** Name and numbers of an upright axis from zero to `most`. */
export function Axis(props: {
  readonly name: string;
  readonly stepMs: number;
  readonly most: number;
  readonly top: number;
  readonly base: number;
  readonly inner: number;
}): ReactNode {
  const { t, language } = useWords();
  const { top, base } = props;
  return (
    <>
      <text x={LEFT} y={top} className="chart-name">
        {props.name}{' '}
        <tspan className="chart-unit">{t('chart.per', { span: spanText(props.stepMs / 1000, language) })}</tspan>
      </text>
      <text x={LEFT - 6} y={top + 14} textAnchor="end">
        {shortNumberText(props.most, language)}
      </text>
      <text x={LEFT - 6} y={base} textAnchor="end">
        0
      </text>
      <line x1={LEFT} x2={LEFT + props.inner} y1={base} y2={base} />
    </>
  );
}

/** The same to read; each time is a button that chooses its step, for those who cannot drag. */
function TimeTable(props: {
  readonly span: number;
  readonly stepMs: number;
  readonly columns: readonly string[];
  readonly rows: readonly TimeRow[];
  readonly choose: Choose | undefined;
}): ReactNode {
  const { t, language } = useWords();
  const { choose, stepMs } = props;
  const [open, setOpen] = useState(false);
  return (
    <details className="chart-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {t('chart.table')} {choose !== undefined && <span className="soft">· {t('chart.hint')}</span>}
      </summary>
      {open && (
        <table>
          <thead>
            <tr>
              <th scope="col">{t('chart.time')}</th>
              {props.columns.map((name) => (
                <th key={name} scope="col" className="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {props.rows.toReversed().map(({ at, values }) => {
              const time = tickText(at, props.span, language);
              return (
                <tr key={at}>
                  <td>
                    {choose === undefined ? (
                      time
                    ) : (
                      <button type="button" className="as-link" onClick={() => choose(at, at + stepMs)}>
                        {time}
                      </button>
                    )}
                  </td>
                  {values.map((value, index) => (
                    <td key={props.columns[index]} className="number">
                      {numberText(value, language)}
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </details>
  );
}
