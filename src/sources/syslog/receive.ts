/** The messages of one connection, whatever it runs over. */
import type { Socket } from 'node:net';
import type { SourceRef } from '../../model/line.ts';
import type { Intake } from '../stream/intake.ts';
import { SyslogFramer } from './framer.ts';
import { messageText } from './message.ts';
import type { Tally } from './tally.ts';

/** Reads all messages of a connection; a full queue stops reading, so that the sender waits. */
export function receive(socket: Socket, peer: SourceRef, intake: Intake, tally: Tally): void {
  const framer = new SyslogFramer();
  const count = (): void => {
    tally.truncated += framer.truncated;
    tally.malformed += framer.malformed;
    framer.truncated = 0;
    framer.malformed = 0;
  };
  const hand = (found: readonly string[]): void => {
    const texts: string[] = [];
    for (const each of found) {
      const text = messageText(each);
      if (text === null) tally.malformed++;
      else if (text !== '') texts.push(text);
    }
    intake.push(peer, texts);
  };
  socket.on('data', (chunk: Buffer) => {
    hand(framer.push(chunk));
    count();
    if (framer.broken) {
      socket.destroy();
    } else if (intake.queue.full) {
      socket.pause();
      intake.queue.onRoom(() => socket.resume());
    }
  });
  socket.on('close', () => {
    const last = framer.flush();
    count();
    if (last !== null) hand([last]);
  });
}
