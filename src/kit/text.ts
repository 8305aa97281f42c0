/** Small text tools for hostile input. */

/** Longest text copied by way of bytes. */
const SCRATCH = 1024;
const scratch = Buffer.allocUnsafeSlow(SCRATCH);

/**
 * A copy that does not keep the chunk alive it was cut from (V8 keeps the parent of a slice of 13 characters or more). The way
 * through bytes gives one flat text; joining and cutting, for what is no Latin-1, a slice of a parent of its own.
 */
export function copyText(text: string): string {
  if (text.length < 13) return text;
  if (text.length <= SCRATCH) {
    const copy = scratch.toString('latin1', 0, scratch.write(text, 0, 'latin1'));
    if (copy === text) return copy;
  }
  return ` ${text}`.slice(1);
}

/**
 * Makes control characters visible: C0, DEL, C1, bidirectional overrides, zero-width and line separators become escapes
 * such as `\x1b` and `\u202e`. Use wherever log text meets a terminal, a mail or a page.
 */
export function escapeControls(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g,
    (ch) => {
      const code = ch.charCodeAt(0);
      if (code === 9) return '\\t';
      return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
    },
  );
}

/** Whether a text holds nothing beyond ASCII. */
export function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}
