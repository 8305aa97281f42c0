/** The stamp of the common log format, `24/Nov/2026:08:48:18 +0000`, one parse a minute. */
import { monthOf, twoDigits } from '../formats/syslog.ts';

let minuteText = '';
let zoneText = '';
let minuteEpoch = 0;

/** Epoch ms of the 26 characters at `at`, NaN when they are no such stamp. */
export function clfTime(text: string, at: number): number {
  const second = twoDigits(text, at + 18);
  if (!(second <= 60)) return Number.NaN;
  if (minuteText === '' || text.slice(at, at + 18) !== minuteText || !text.startsWith(zoneText, at + 20)) {
    const epoch = minuteOf(text, at);
    if (Number.isNaN(epoch)) return Number.NaN;
    minuteText = text.slice(at, at + 18);
    zoneText = text.slice(at + 20, at + 26);
    minuteEpoch = epoch;
  }
  return minuteEpoch + second * 1000;
}

function minuteOf(text: string, at: number): number {
  const month = monthOf(text, at + 3);
  const sign = text.charCodeAt(at + 21);
  if (month < 0 || text.charCodeAt(at + 2) !== 47 || text.charCodeAt(at + 11) !== 58 || (sign !== 43 && sign !== 45))
    return Number.NaN;
  const year = twoDigits(text, at + 7) * 100 + twoDigits(text, at + 9);
  const utc = Date.UTC(year, month, twoDigits(text, at), twoDigits(text, at + 12), twoDigits(text, at + 15));
  const minutes = twoDigits(text, at + 22) * 60 + twoDigits(text, at + 24);
  return utc - (sign === 43 ? minutes : -minutes) * 60_000;
}
