/** What sources over a broker have in common: sessions one after another, at longer and longer waits, and what is told of them. */
import type { SourceRef } from '../../model/line.ts';
import type { SourceContext, SourceState } from '../source.ts';
import { tryAgain } from '../stream/try-again.ts';
import { notInstalled } from './payload.ts';

const WAITS = { first: 1000, most: 30_000 };

/** Who is read, and by which library. */
export interface BrokerParts {
  readonly ref: SourceRef;
  readonly context: SourceContext;
  /** Name for people: `NATS`. */
  readonly broker: string;
  readonly servers: readonly string[];
  /** npm packages of the client library. */
  readonly packages: string;
}

/** The sessions of one source. */
export interface Sessions {
  readonly state: SourceState;
  readonly problem: string | null;
  readonly reconnects: number;
  /** Reading began. */
  opened(): void;
  /** Something is wrong within a session that goes on. */
  complain(problem: string): void;
  /** Runs `session` again and again until the signal aborts; `worked` makes the waits short again. */
  run(signal: AbortSignal, session: (worked: () => void) => Promise<void>): Promise<void>;
}

/** Sessions that have not begun. */
export function createSessions({ ref, context, broker, servers, packages }: BrokerParts): Sessions {
  let state: SourceState = 'waiting';
  let problem: string | null = null;
  let reconnects = 0;
  return {
    get state() {
      return state;
    },
    get problem() {
      return problem;
    },
    get reconnects() {
      return reconnects;
    },
    opened() {
      state = 'reading';
      problem = null;
    },
    complain(text) {
      problem = text;
    },
    async run(signal, session) {
      await tryAgain(
        signal,
        async (worked) => {
          try {
            await session(worked);
            problem = 'the connection was closed';
          } catch (error) {
            problem = `${servers.join(', ')}: ${notInstalled(packages, error)}`;
          }
          if (signal.aborted) return true;
          if (state === 'reading') reconnects++;
          state = state === 'waiting' ? 'waiting' : 'lost';
          context.log('warn', `${broker} cannot be read`, { source: ref.id, problem });
          return false;
        },
        WAITS,
      );
    },
  };
}
