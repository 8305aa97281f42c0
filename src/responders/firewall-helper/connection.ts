/** The connection to the firewall helper: one question at a time, made anew when the helper was restarted. */
import { connect, type Socket } from 'node:net';
import { AppError } from '../../kit/errors.ts';
import { createLineSplitter } from '../../kit/line-splitter.ts';
import { type Answer, MAX_HELD, MAX_LINE, MAX_STAGED, parseAnswer } from '../nftables/protocol.ts';

/** Asks the helper. Calls must not overlap. */
export interface HelperConnection {
  /** Sends the lines and gathers the answers up to the one that ends them. Throws AppError when the helper is not there, or talks garbage. */
  ask(lines: readonly string[], signal: AbortSignal): Promise<readonly Answer[]>;
  close(): void;
}

/** A connection to the socket at `path`; nothing happens before the first question. */
export function createConnection(path: string): HelperConnection {
  let socket: Socket | null = null;

  function drop(): void {
    socket?.destroy();
    socket = null;
  }

  async function open(signal: AbortSignal): Promise<Socket> {
    if (socket !== null && !socket.destroyed && socket.writable) return socket;
    socket = await dial(path, signal);
    const mine = socket;
    mine.on('error', () => {});
    // A helper that hangs up between two questions is noticed here, and the next question dials again.
    mine.once('close', () => {
      if (socket === mine) socket = null;
    });
    mine.unref();
    return mine;
  }

  return {
    async ask(lines, signal) {
      const mine = await open(signal);
      mine.ref();
      try {
        return await exchange(mine, lines, signal);
      } catch (error) {
        // Whatever it would still say belongs to no question.
        drop();
        throw error;
      } finally {
        mine.unref();
      }
    },
    close: drop,
  };
}

function dial(path: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    const stop = (): void => failed(timedOut());
    const failed = (error: AppError): void => {
      signal.removeEventListener('abort', stop);
      socket.destroy();
      reject(error);
    };
    socket.once('error', (cause: NodeJS.ErrnoException) => failed(unreachable(path, cause)));
    socket.once('connect', () => {
      signal.removeEventListener('abort', stop);
      resolve(socket);
    });
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

function exchange(socket: Socket, lines: readonly string[], signal: AbortSignal): Promise<readonly Answer[]> {
  return new Promise((resolve, reject) => {
    const gather = createGatherer();
    const finish = (outcome: () => void): void => {
      socket.off('data', take).off('close', gone);
      signal.removeEventListener('abort', stop);
      outcome();
    };
    const stop = (): void => finish(() => reject(timedOut()));
    const gone = (): void => finish(() => reject(hungUp()));
    const take = (chunk: Buffer): void => {
      const result = gather(chunk);
      if (result === 'more') return;
      if (result === 'garbage') finish(() => reject(garbled()));
      else finish(() => resolve(result));
    };
    socket.on('data', take).once('close', gone);
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    socket.write(`${lines.join('\n')}\n`);
  });
}

/** Gathers answers up to the one that ends them. Anything after it, anything unknown and anything endless is garbage. */
export function createGatherer(): (chunk: Buffer) => readonly Answer[] | 'more' | 'garbage' {
  const splitter = createLineSplitter(MAX_LINE);
  const answers: Answer[] = [];
  return (chunk) => {
    const lines = splitter.push(chunk);
    if (lines === null) return 'garbage';
    for (const [index, line] of lines.entries()) {
      const answer = parseAnswer(line);
      if (answer === null || answers.length >= MAX_HELD + MAX_STAGED) return 'garbage';
      answers.push(answer);
      const isLast = answer.kind === 'done' || answer.kind === 'error' || answer.kind === 'hello';
      if (isLast) return index === lines.length - 1 ? answers : 'garbage';
    }
    return 'more';
  };
}

function unreachable(path: string, cause: NodeJS.ErrnoException): AppError {
  if (cause.code === 'EACCES')
    return new AppError('HELPER_DENIED', {
      message: `the firewall helper’s socket ${path} may not be opened`,
      hint: 'run bekci as the user `bekci`, or add its user to the group `bekci`',
      retry: 'soon',
      cause,
    });
  return new AppError('HELPER_MISSING', {
    message: `the firewall helper does not answer on ${path} (${cause.code ?? cause.message})`,
    hint: 'systemctl start bekci-helper.socket; then see journalctl -u bekci-helper',
    retry: 'soon',
    cause,
  });
}

function hungUp(): AppError {
  return new AppError('HELPER_GONE', {
    message: 'the firewall helper hung up in the middle of an answer',
    hint: 'see journalctl -u bekci-helper',
    retry: 'soon',
  });
}

function garbled(): AppError {
  return new AppError('HELPER_GARBLED', {
    message: 'the firewall helper’s answer makes no sense',
    hint: 'both must be of one version: systemctl restart bekci-helper bekci',
    retry: 'soon',
  });
}

function timedOut(): AppError {
  return new AppError('HELPER_SLOW', {
    message: 'the firewall helper did not answer in time',
    hint: 'see journalctl -u bekci-helper; systemctl restart bekci-helper',
    retry: 'soon',
  });
}
