/** Round times for an axis. */

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
const STEPS = [1, 2, 5, 10, 15, 30]
  .map((n) => n * MINUTE)
  .concat(
    [1, 2, 3, 6, 12].map((n) => n * HOUR),
    [1, 2, 7, 14, 28, 91, 365].map((n) => n * DAY),
  );

/** Times of a stretch that stand on whole steps of the viewer's clock, at most so many, and the step, ms. */
export function roundTimes(
  from: number,
  spanMs: number,
  most: number,
): { readonly step: number; readonly times: readonly number[] } {
  const step = STEPS.find((each) => spanMs / each <= most) ?? STEPS.at(-1)!;
  // What is round is round on the clock on the wall, also in zones that are half an hour off.
  const offset = (at: number): number => new Date(at).getTimezoneOffset() * MINUTE;
  const times: number[] = [];
  for (let wall = Math.ceil((from - offset(from)) / step) * step; ; wall += step) {
    // Behind a change of the clock the wall's time is another instant.
    const at = wall + offset(wall + offset(from));
    if (at > from + spanMs) return { step, times };
    if (at >= from) times.push(at);
  }
}
