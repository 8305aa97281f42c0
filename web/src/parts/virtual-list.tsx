/** A list of rows of one height, of which only those in sight exist. */
import { type ReactNode, type UIEvent, useEffect, useRef, useState } from 'react';

const EXTRA = 8;

/** How a list is drawn. */
export interface VirtualListProps<T> {
  readonly items: readonly T[];
  readonly rowHeight: number;
  readonly label: string;
  readonly keyOf: (item: T) => string;
  readonly row: (item: T, index: number) => ReactNode;
  /** Index kept in sight. */
  readonly at: number;
  readonly onNearEnd: () => void;
  readonly onTop: (isAtTop: boolean) => void;
  readonly foot: ReactNode;
}

/** The list. */
export function VirtualList<T>(props: VirtualListProps<T>): ReactNode {
  const { items, rowHeight, at } = props;
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 800 });

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const watch = new ResizeObserver(() => setView({ top: element.scrollTop, height: element.clientHeight }));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);

  useEffect(() => {
    const element = box.current;
    if (element === null || at < 0) return;
    const top = at * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + element.clientHeight)
      element.scrollTop = top + rowHeight - element.clientHeight;
  }, [at, rowHeight]);

  const first = Math.max(0, Math.floor(view.top / rowHeight) - EXTRA);
  const last = Math.min(items.length, Math.ceil((view.top + view.height) / rowHeight) + EXTRA);
  const nearEnd = last >= items.length - EXTRA;
  const { onNearEnd } = props;
  // The number of rows is part of it: after each page that came the end may still be in sight.
  useEffect(() => {
    if (nearEnd && items.length > 0) onNearEnd();
  }, [nearEnd, items.length, onNearEnd]);

  const scrolled = (event: UIEvent<HTMLDivElement>): void => {
    const { scrollTop, clientHeight } = event.currentTarget;
    setView({ top: scrollTop, height: clientHeight });
    props.onTop(scrollTop < rowHeight / 2);
  };

  return (
    <div className="virtual" ref={box} onScroll={scrolled}>
      <svg className="virtual-room" width="1" height={items.length * rowHeight} aria-hidden="true" />
      <ul aria-label={props.label}>
        {items.slice(first, last).map((item, index) => (
          <li
            key={props.keyOf(item)}
            style={{ transform: `translateY(${(first + index) * rowHeight}px)`, height: rowHeight }}
            aria-setsize={items.length}
            aria-posinset={first + index + 1}
          >
            {props.row(item, first + index)}
          </li>
        ))}
      </ul>
      {props.foot}
    </div>
  );
}
