/** Follows the systemd journal through `journalctl -o json` with a saved cursor. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Checkpoint, LineBatch, SourceRef } from '../model/line.ts';
import { LineCutter } from './file/lines.ts';
import type { Source, SourceContext, SourceState } from './source.ts';

/** What the journal source is given. */
export interface JournaldSettings {
  readonly command: readonly string[];
  /** Only these units, all when empty. */
  readonly units: readonly string[];
}

const RESTART_MS = 1000;
const RESTART_MAX_MS = 60_000;
const MAX_SAID = 4096;
/** How journalctl says that it shows less than there is, or nothing. */
const NARROW = /not seeing messages from other users|insufficient permissions/i;
const CLOSED =
  'no permission to read the system’s messages: add this user to the group systemd-journal, or run as root';

/** A source over the journal. */
export function createJournald(settings: JournaldSettings, context: SourceContext): Source {
  const ref: SourceRef = { id: 'journald', program: null, timezone: null };
  let state: SourceState = 'waiting';
  let problem: string | null = null;
  let truncated = 0;
  /** What journalctl shows is only this user's own. */
  let isNarrow = false;

  async function* read(resume: Checkpoint | null, signal: AbortSignal): AsyncGenerator<LineBatch> {
    let cursor = typeof resume?.cursor === 'string' ? resume.cursor : null;
    let wait = RESTART_MS;
    while (!signal.aborted) {
      const child = start(cursor, signal);
      const cutter = new LineCutter(0);
      try {
        for await (const chunk of child.stdout! as AsyncIterable<Buffer>) {
          const cut = cutter.push(chunk);
          truncated += cutter.truncated;
          cutter.truncated = 0;
          if (cut.texts.length === 0) continue;
          if (!isNarrow) {
            state = 'reading';
            problem = null;
          }
          wait = RESTART_MS;
          const offsets = cut.texts.map((text, index) => sequenceOf(text) ?? cut.offsets[index]!);
          cursor = cursorOf(cut.texts.at(-1)!) ?? cursor;
          yield {
            source: ref,
            generation: 'journal',
            texts: cut.texts,
            offsets,
            checkpoint: { cursor },
            readAt: context.now(),
          };
        }
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
      } finally {
        child.kill();
      }
      if (signal.aborted) return;
      state = 'lost';
      problem ??= 'journalctl ended; starting it again';
      context.log('warn', 'the journal cannot be read', { problem });
      await new Promise((resolve) => setTimeout(resolve, wait));
      wait = Math.min(wait * 2, RESTART_MAX_MS);
    }
  }

  function start(cursor: string | null, signal: AbortSignal): ChildProcess {
    const [program, ...before] = settings.command;
    const args = [
      ...before,
      '-o',
      'json',
      '--follow',
      '--no-pager',
      ...(cursor === null ? ['--lines=0'] : [`--after-cursor=${cursor}`]),
      ...settings.units.map((unit) => `--unit=${unit}`),
    ];
    const env = { ...process.env, LC_ALL: 'C' };
    const child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'pipe'], signal, env });
    isNarrow = false;
    child.on('error', (error) => {
      if (signal.aborted) return;
      problem =
        (error as NodeJS.ErrnoException).code === 'ENOENT'
          ? `cannot run ${program}: it is not installed`
          : `cannot run ${program}: ${error.message}`;
    });
    let said = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-MAX_SAID);
      if (NARROW.test(said)) {
        if (!isNarrow) context.log('warn', 'the journal cannot be read', { problem: CLOSED });
        isNarrow = true;
        state = 'lost';
        problem = CLOSED;
      } else if (state !== 'reading') {
        problem = said.trim().split('\n').at(-1) ?? null;
      }
    });
    return child;
  }

  return { ref, read, textAt: () => null, health: () => ({ state, lag: 0, rotations: 0, truncated, problem }) };
}

/** `__CURSOR` without parsing the whole entry: the writer puts it first and escapes nothing in it. */
function cursorOf(text: string): string | null {
  return /"__CURSOR"\s?:\s?"([^"\\]{1,512})"/.exec(text)?.[1] ?? null;
}

/**
 * The entry's sequence number, a position that is the same at every reading: `i=` of the cursor, in hexadecimal, counts the
 * entries of a journal, where two may share a microsecond. The time stands in where a cursor has none.
 */
function sequenceOf(text: string): number | null {
  const index = /"__CURSOR"\s?:\s?"[^"\\]{0,512}?\bi=([0-9a-f]{1,13})[;"]/.exec(text);
  if (index !== null) return Number.parseInt(index[1]!, 16);
  const found = /"__REALTIME_TIMESTAMP"\s?:\s?"(\d{1,16})"/.exec(text);
  return found === null ? null : Number(found[1]);
}
