/** The wrapper that Kubernetes' container runtimes put around a line (CRI log format): `TIME stdout F TEXT`. */

/** The text inside a wrapper; null when there is none. */
export function unwrap(text: string): string | null {
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(10) !== 84) return null;
  const blank = text.indexOf(' ');
  if (blank < 20 || blank > 36) return null;
  if (!text.startsWith(' stdout ', blank) && !text.startsWith(' stderr ', blank)) return null;
  const flag = text.charCodeAt(blank + 8);
  return (flag === 70 || flag === 80) && text.charCodeAt(blank + 9) === 32 ? text.slice(blank + 10) : null;
}

/** When the runtime took a wrapped line, ms since the epoch: the time of lines that carry none. Null when it cannot be read. */
export function wrappedAt(text: string): number | null {
  const time = Date.parse(text.slice(0, text.indexOf(' ')));
  return Number.isNaN(time) ? null : time;
}
