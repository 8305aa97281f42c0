/** Takes the date out of the lines of one log. Jails with the same date pattern on the same log share one. */
import { createDateDetector, type DateDetector, templatesOf } from '../dates/date-detector.ts';

/** A line without its date. */
export interface TimedLine {
  /** What stood before and behind the date, joined. */
  readonly text: string;
  /** The same with a line end, as patterns see it. */
  readonly ended: string;
  /** The date's text. */
  readonly stamp: string;
  /** Milliseconds since the epoch; null when neither this line nor one shortly before had a date. */
  readonly time: number | null;
}

/** How long a date stands for lines without one. */
const DATE_STANDS_MS = 60_000;

/** A line from its parts. */
export function timedLine(text: string, stamp: string, time: number | null): TimedLine {
  return { text, ended: `${text}\n`, stamp, time };
}

/** The dates of one log. */
export class LineDates {
  private readonly detector: DateDetector;
  private readonly offset: number | null;
  private lastStamp = '';
  private lastDate: number | null = null;

  /** `offset`: minutes east of UTC of stamps without a zone; null: this machine's own. Throws AppError for a wrong pattern. */
  constructor(datepattern: string | null, offset: number | null) {
    this.detector = createDateDetector(templatesOf(datepattern));
    this.offset = offset;
  }

  /** `now`: milliseconds since the epoch. */
  cut(line: string, now: number): TimedLine {
    const found = this.detector.find(line, { now, offset: this.offset });
    if (found === null) return this.stands(line, now) ?? timedLine(line, '', null);
    const { start, end, time } = found;
    // The pattern allows lines without a date.
    if (start === end) return this.stands(line, now) ?? timedLine(line, '', now);
    const stamp = line.slice(start, end);
    const text = line.slice(0, start) + line.slice(end);
    if (time === null) return this.stands(line, now) ?? timedLine(text, stamp, null);
    this.lastStamp = stamp;
    this.lastDate = time;
    return timedLine(text, stamp, time);
  }

  /** The line with the date of the one before, if that is not long ago. */
  private stands(line: string, now: number): TimedLine | null {
    const { lastDate } = this;
    return lastDate !== null && lastDate > now - DATE_STANDS_MS ? timedLine(line, this.lastStamp, lastDate) : null;
  }
}
