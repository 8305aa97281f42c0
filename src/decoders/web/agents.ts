/** The same few user agents come in most requests: each is cut and judged once. Bounded: a newer one takes the place of an older. */
import { copyText } from '../../kit/text.ts';
import { classify } from './threat.ts';

const SLOTS = 512;
const MAX_LENGTH = 400;
const QUOTE = 34;

/** Agents that carry no attack, by a few of their characters. */
const known = new Array<string>(SLOTS).fill('');

/** The harmless agent at `start` that ends at a quote, if it was seen before; else null. */
export function knownAgent(text: string, start: number): string | null {
  const agent = known[slotOf(text, start)]!;
  return agent !== '' && text.startsWith(agent, start) && text.charCodeAt(start + agent.length) === QUOTE
    ? agent
    : null;
}

/** Remembers an agent as written if there is nothing in it to unescape or to suspect. */
export function rememberAgent(text: string, start: number, end: number): void {
  if (end - start < 24 || end - start > MAX_LENGTH) return;
  const agent = text.slice(start, end);
  if (agent.includes('\\') || classify(undefined, agent, undefined) !== undefined) return;
  known[slotOf(text, start)] = copyText(agent);
}

/** Characters that differ between agents: the system, the engine and the version stand at these places in most of them. */
function slotOf(text: string, start: number): number {
  let hash = 0;
  for (const place of [1, 13, 18, 21, 30, 37, 44, 58, 66, 75, 81, 90, 96, 101, 105, 110, 117])
    hash = (hash * 31 + text.charCodeAt(start + place)) | 0;
  return (hash >>> 0) % SLOTS;
}
