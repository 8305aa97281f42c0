/** The helper's socket: few conversations at once, each read no faster than it is answered, garbage ends it. */
import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { createLineSplitter } from '../kit/line-splitter.ts';
import type { Conntrack } from '../responders/nftables/conntrack.ts';
import { type Answer, formatAnswer, MAX_LINE } from '../responders/nftables/protocol.ts';
import type { Responder } from '../responders/responder.ts';
import type { Limits } from './limits.ts';
import { createSession, type Session } from './session.ts';

const MAX_CONNECTIONS = 8;
/** bekci asks every few seconds; whoever says nothing for so long makes room. */
const IDLE_MS = 60_000;
const LINES_A_WRITE = 1000;

/** What the server is made of. */
export interface ServeParts {
  readonly table: Responder;
  readonly conntrack: Conntrack;
  readonly limits: Limits;
  readonly now: () => number;
  readonly log: (text: string) => void;
}

/** A server that is not yet listening. */
export function createHelperServer(parts: ServeParts): Server {
  const inTurn = createTurns();
  let open = 0;
  return createServer((socket) => {
    socket.on('error', () => {});
    if (open >= MAX_CONNECTIONS) {
      socket.end(`${formatAnswer({ kind: 'error', code: 'BUSY', text: 'too many connections' })}\n`);
      return;
    }
    open++;
    socket.once('close', () => open--);
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    converse(socket, createSession({ ...parts, inTurn })).then(
      (fault) => {
        if (fault !== null) parts.log(`a conversation was ended: ${fault}`);
        socket.end();
      },
      // The other side went away in the middle.
      () => socket.destroy(),
    );
  });
}

/** Reads until the other side is done; what was wrong with it, or null. */
async function converse(socket: Socket, session: Session): Promise<string | null> {
  const splitter = createLineSplitter(MAX_LINE);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    const lines = splitter.push(chunk);
    if (lines === null) {
      await write(socket, [{ kind: 'error', code: 'BAD_LINE', text: 'too long' }]);
      return 'a line is too long';
    }
    for (const line of lines) {
      const pending = session.take(line);
      if (pending === null) continue;
      const { answers, over } = await pending;
      await write(socket, answers);
      if (over) return answers[0]?.kind === 'error' ? answers[0].text : 'garbage';
    }
  }
  return null;
}

async function write(socket: Socket, answers: readonly Answer[]): Promise<void> {
  for (let at = 0; at < answers.length; at += LINES_A_WRITE) {
    const text = answers.slice(at, at + LINES_A_WRITE).map((each) => `${formatAnswer(each)}\n`);
    if (socket.destroyed) return;
    if (!socket.write(text.join(''))) await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
  }
}

/** One act after the other, whoever asks. */
function createTurns(): <T>(act: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const mine = last.then(act);
    last = mine.catch(() => {});
    return mine;
  };
}
