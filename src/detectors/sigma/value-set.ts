/**
 * Different values of a window and when each was last seen, in two flat arrays: the texts, and behind the first two of the
 * window's times a pair for each, a number made of the text and its time.
 */
import { copyText } from '../../kit/text.ts';
import { type WindowState, withPair, withText } from './window.ts';

/** Where the pairs begin. */
const FIRST = 2;
/** Characters of a text that its number is made of. */
const SAMPLED = 32;

/** Its place among the values, or -1. */
export function findValue({ times, values }: WindowState, text: string): number {
  const hash = hashOf(text);
  // No time is so small as a hash.
  for (let at = times.indexOf(hash, FIRST); at >= 0; at = times.indexOf(hash, at + 1)) {
    const place = (at - FIRST) >> 1;
    if (values![place] === text) return place;
  }
  return -1;
}

/** When the value at a place was last seen. */
export function timeOfValue({ times }: WindowState, place: number): number {
  return times[FIRST + 2 * place + 1]!;
}

/** Notes that the value at a place was seen. */
export function seeValue({ times }: WindowState, place: number, time: number): void {
  times[FIRST + 2 * place + 1] = time;
}

/** Adds a text that is not among them; a copy is kept. */
export function addValue(state: WindowState, text: string, time: number): void {
  state.times = withPair(state.times, hashOf(text), time);
  state.values = withText(state.values!, copyText(text));
}

/** Values and their times. */
export function entriesOf(state: WindowState): [string, number][] {
  return (state.values ?? []).map((text, place) => [text, timeOfValue(state, place)]);
}

/** Drops what was last seen at this time or before; the oldest time of those left. */
export function dropOldValues(state: WindowState, oldest: number): number {
  return drop(state, oldest, Number.MAX_SAFE_INTEGER);
}

/** Keeps only so many, the newest; of equally old ones the earliest go. The oldest time of those left. */
export function keepNewestValues(state: WindowState, count: number): number {
  const size = state.values!.length;
  const times = new Float64Array(size);
  for (let place = 0; place < size; place++) times[place] = timeOfValue(state, place);
  times.sort();
  const last = times[size - count - 1]!;
  return drop(state, last, size - count - times.indexOf(last));
}

/** Drops all that are older than a time, and so many of just that time. */
function drop(state: WindowState, oldest: number, ties: number): number {
  const { times } = state;
  const values = state.values!;
  let left = ties;
  let kept = 0;
  let least = Number.MAX_SAFE_INTEGER;
  for (let place = 0; place < values.length; place++) {
    const time = times[FIRST + 2 * place + 1]!;
    if (time < oldest || (time === oldest && left-- > 0)) continue;
    if (time < least) least = time;
    times[FIRST + 2 * kept] = times[FIRST + 2 * place]!;
    times[FIRST + 2 * kept + 1] = time;
    values[kept++] = values[place]!;
  }
  values.length = kept;
  times.length = FIRST + 2 * kept;
  return least;
}

let lastText = '';
let lastHash = 0;

/** FNV-1a over some of the characters, 30 bits. */
function hashOf(text: string): number {
  if (text === lastText) return lastHash;
  const step = 1 + Math.floor(text.length / SAMPLED);
  let hash = 0x811c9dc5 ^ text.length;
  for (let at = 0; at < text.length; at += step) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  lastText = text;
  lastHash = hash & 0x3fffffff;
  return lastHash;
}
