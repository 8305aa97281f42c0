/** Tests of places that match without taking a character. */
import { isWord } from './char-set.ts';

/** Whether the place with this number in PLACES is at an index of `text[0, end)`. */
export function holdsPlace(place: number, text: string, pos: number, end: number): boolean {
  switch (place) {
    case 0:
      return pos === 0;
    case 1:
      return pos === 0 || text.charCodeAt(pos - 1) === 10;
    case 2:
      return pos === end || (pos === end - 1 && text.charCodeAt(pos) === 10);
    case 3:
      return pos === end || text.charCodeAt(pos) === 10;
    case 4:
      return pos === end;
    default: {
      const before = pos > 0 && isWord(text.charCodeAt(pos - 1));
      const after = pos < end && isWord(text.charCodeAt(pos));
      return (before !== after) === (place === 5);
    }
  }
}
