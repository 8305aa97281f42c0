/** Makes a received syslog message ready for the decoders, which read RFC 3164 and RFC 5424 as they stand. */

/**
 * The text to decode. A message without a stamp (`<34>su: ...`) is valid RFC 3164 (section 4.3.3): its priority is taken off, so
 * that the rest is read as a bare message of now. Null for text that is no syslog at all: neither priority nor printable start.
 */
export function messageText(text: string): string | null {
  if (text.charCodeAt(0) !== 60) return isPrintable(text.charCodeAt(0)) ? text : null;
  const close = text.indexOf('>');
  if (close < 2 || close > 4) return null;
  for (let i = 1; i < close; i++) if (!isDigit(text.charCodeAt(i))) return null;
  const first = text.charCodeAt(close + 1);
  if (isDigit(first) || first === 123) return first === 123 ? text.slice(close + 1) : text;
  // A stamp begins with the month: `Nov 24 08:48:18`.
  const isStamp = text.charCodeAt(close + 4) === 32 && text.charCodeAt(close + 7) === 32;
  return isStamp ? text : text.slice(close + 1);
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isPrintable(code: number): boolean {
  return code >= 32 && code !== 127 && code !== 0xfffd;
}
