/** Cuts a byte stream into lines of bounded length; only LF ends one. */

/** Cuts one stream. */
export interface LineSplitter {
  /** The lines that the chunk completes, each byte one character (latin1); null when one is longer than the bound: give the stream up. */
  push(chunk: Buffer): string[] | null;
}

/** A splitter that keeps at most `most` bytes of an unfinished line. */
export function createLineSplitter(most: number): LineSplitter {
  let rest = '';
  let broken = false;
  return {
    push(chunk) {
      if (broken) return null;
      const text = rest + chunk.toString('latin1');
      const lines: string[] = [];
      let at = 0;
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', at)) {
        if (end - at > most) break;
        lines.push(text.slice(at, end));
        at = end + 1;
      }
      // A whole line that is too long stops the loop above and is still here.
      rest = text.slice(at);
      if (rest.length <= most) return lines;
      broken = true;
      rest = '';
      return null;
    },
  };
}
