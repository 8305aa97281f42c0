/**
 * Containers' logs from the engine itself (Docker Engine API over its Unix socket; Podman speaks it too): any log driver that can
 * be read back. New containers are told by `/events`; after a restart reading goes on where it stopped.
 */
import type { Checkpoint, LineBatch, LineRef, SourceRef } from '../../model/line.ts';
import type { Source, SourceContext, SourceHealth, SourceState } from '../source.ts';
import { BatchQueue } from '../stream/batch-queue.ts';
import { LineMemory } from '../stream/line-memory.ts';
import { pause } from '../stream/pause.ts';
import { tryAgain } from '../stream/try-again.ts';
import { type ContainerEntry, criLine } from './container-line.ts';
import { labelFields } from './docker-files.ts';
import { askJson, openStream } from './engine-api.ts';
import { type Container, isChosen, refOf } from './identity.ts';
import { LogFrames } from './log-frames.ts';
import { LogPosition } from './position.ts';
import type { DockerSettings } from './settings.ts';

const WAITS = { first: 1000, most: 30_000 };
/** Besides what events tell, in case one was missed. */
const LIST_EVERY_MS = 30_000;
const MAX_PENDING_CHARS = 65_536;

interface Followed {
  readonly ref: SourceRef;
  readonly position: LogPosition;
}

/** A source over an engine's containers. */
export function createDocker(settings: DockerSettings, context: SourceContext): Source {
  const ref: SourceRef = { id: `docker:${settings.socket}`, program: null, timezone: settings.timezone ?? null };
  const { socket } = settings;
  const queue = new BatchQueue({ maxLines: Number.MAX_SAFE_INTEGER, maxChars: Number.MAX_SAFE_INTEGER });
  const memory = new LineMemory();
  const following = new Map<string, Followed>();
  /** Positions in use, which are ahead of those the engine has taken. */
  const live = new Map<string, LogPosition>();
  const finished = new Set<string>();
  const follows = new Set<Promise<void>>();
  let positions: Record<string, string> = {};
  let state: SourceState = 'waiting';
  let problem: string | null = null;
  const counts = { malformed: 0, reconnects: 0 };
  let truncated = 0;
  let isFirst = true;

  async function* read(resume: Checkpoint | null, signal: AbortSignal): AsyncGenerator<LineBatch> {
    positions = Object.fromEntries(Object.entries(resume ?? {}).map(([id, saved]) => [id, String(saved)]));
    isFirst = resume === null;
    // What was read and not taken before is read again.
    live.clear();
    finished.clear();
    const running = keepRunning(signal);
    try {
      for await (const batch of queue.drain(signal)) {
        memory.remember(batch);
        positions = { ...positions, [batch.generation]: String(batch.checkpoint.saved) };
        yield { ...batch, checkpoint: positions };
      }
    } finally {
      await running;
    }
  }

  async function keepRunning(signal: AbortSignal): Promise<void> {
    await tryAgain(
      signal,
      async (worked) => {
        const session = new AbortController();
        const both = AbortSignal.any([signal, session.signal]);
        try {
          // First the events, so that none is missed between the list and them.
          const events = await openStream(socket, `/events?filters=${EVENTS}`, both);
          await list(both);
          state = 'reading';
          problem = null;
          worked();
          await Promise.race([hear(events, both), listNowAndThen(both)]);
          problem = `${socket} closed the connection`;
        } catch (error) {
          problem = (error as Error).message;
        } finally {
          session.abort();
          // Until they have let go, the next list would take their containers for followed.
          await Promise.allSettled(follows);
        }
        if (signal.aborted) return true;
        if (state === 'reading') counts.reconnects++;
        state = state === 'waiting' && problem.includes('not there') ? 'waiting' : 'lost';
        context.log('warn', 'the container engine cannot be read', { source: ref.id, problem });
        return false;
      },
      WAITS,
    );
  }

  async function hear(events: AsyncIterable<Buffer>, signal: AbortSignal): Promise<void> {
    // What an event says does not matter: it is the moment to look.
    for await (const _ of events) await list(signal);
  }

  async function listNowAndThen(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(LIST_EVERY_MS, signal);
      if (!signal.aborted) await list(signal);
    }
  }

  async function list(signal: AbortSignal): Promise<void> {
    const all = (await askJson(socket, '/containers/json?all=1', signal)) as { Id: string; State?: string }[];
    const ids = new Set(all.map(({ Id }) => Id));
    positions = Object.fromEntries(Object.entries(positions).filter(([id]) => ids.has(id) || following.has(id)));
    for (const id of [...live.keys(), ...finished]) if (!ids.has(id) && !following.has(id)) forget(id);
    for (const { Id, State } of all.slice(0, settings.max_files))
      if (State !== 'created' && !following.has(Id)) await begin(Id, State === 'running', signal);
    isFirst = false;
  }

  function forget(id: string): void {
    live.delete(id);
    finished.delete(id);
  }

  async function begin(id: string, isRunning: boolean, signal: AbortSignal): Promise<void> {
    if (isRunning) finished.delete(id);
    if (finished.has(id)) return;
    const found = await inspect(id, signal);
    if (found === null || !isChosen(found.container, settings) || following.has(id)) return;
    if (settings.exclude_drivers.includes(found.driver)) return;
    following.set(id, { ref: refOf(found.container, ref, settings), position: positionOf(id) });
    const followed = follow(id, found.isTerminal, signal)
      // Read to its end: a stopped container is not read over and over.
      .then(() => void finished.add(id))
      .catch((error) => {
        if (!signal.aborted) context.log('warn', 'a container is read no further', { id, problem: String(error) });
      })
      .finally(() => {
        following.delete(id);
        follows.delete(followed);
      });
    follows.add(followed);
  }

  /** Where reading of a container stands; what was there before the first start is history unless told otherwise. */
  function positionOf(id: string): LogPosition {
    let position = live.get(id);
    if (position === undefined) {
      const saved = positions[id];
      position = new LogPosition(saved ?? null);
      if (saved === undefined && isFirst && settings.from === 'end') {
        position.skipTo(context.now());
        positions = { ...positions, [id]: position.save() };
      }
      live.set(id, position);
    }
    return position;
  }

  async function inspect(id: string, signal: AbortSignal) {
    try {
      const answer = (await askJson(socket, `/containers/${id}/json`, signal)) as {
        Name?: string;
        Config?: { Image?: string; Labels?: unknown; Tty?: boolean };
        HostConfig?: { LogConfig?: { Type?: string } };
      };
      const container: Container = {
        id,
        name: (answer.Name ?? id.slice(0, 12)).replace(/^\//, ''),
        image: answer.Config?.Image ?? null,
        fields: labelFields(answer.Config?.Labels),
      };
      return {
        container,
        isTerminal: answer.Config?.Tty === true,
        driver: answer.HostConfig?.LogConfig?.Type ?? '',
      };
    } catch (error) {
      // It may be gone already.
      if (!signal.aborted) context.log('debug', 'a container cannot be asked about', { id, error: String(error) });
      return null;
    }
  }

  async function follow(id: string, isTerminal: boolean, signal: AbortSignal): Promise<void> {
    const { position, ref: stream } = following.get(id)!;
    position.rewind();
    const { since } = position;
    const where = since === null ? '' : `&since=${since}`;
    const path = `/containers/${id}/logs?follow=1&stdout=1&stderr=1&timestamps=1${where}`;
    const frames = new LogFrames(isTerminal);
    const join = createEntryJoin();
    const hand = async (texts: readonly string[]): Promise<void> => {
      if (texts.length === 0) return;
      const first = position.lines;
      position.lines += texts.length;
      const offsets = texts.map((_, index) => first + index);
      const checkpoint = { saved: position.save() };
      await queue.handOver(
        { source: stream, generation: id, texts, offsets, checkpoint, readAt: context.now() },
        signal,
      );
    };
    for await (const chunk of (await openStream(socket, path, signal)) as AsyncIterable<Buffer>) {
      const texts: string[] = [];
      for (const entry of frames.push(chunk)) {
        const text = position.advance(entry) ? join.push(entry) : null;
        if (text !== null) texts.push(text);
      }
      counts.malformed += frames.malformed;
      truncated += frames.truncated;
      frames.malformed = 0;
      frames.truncated = 0;
      await hand(texts);
    }
    position.settle();
    await hand(join.end());
  }

  const health = (): SourceHealth => ({
    state,
    lag: queue.lines,
    rotations: 0,
    truncated,
    problem,
    counts,
    levels: { containers: following.size },
  });
  return { ref, read, health, textAt: (place: LineRef) => memory.textAt(place) };
}

const EVENTS = encodeURIComponent(JSON.stringify({ type: ['container'], event: ['start'] }));

/** Joins the pieces of long lines, one stream at a time. */
function createEntryJoin() {
  const pending = new Map<ContainerEntry['stream'], { time: string; text: string }>();
  return {
    /** The line that this piece ends, or null. */
    push(entry: ContainerEntry): string | null {
      const before = pending.get(entry.stream);
      if (before === undefined && !entry.isPartial) return criLine(entry);
      const joined = before ?? { time: entry.time, text: '' };
      joined.text = (joined.text + entry.text).slice(0, MAX_PENDING_CHARS);
      pending.set(entry.stream, joined);
      if (entry.isPartial) return null;
      pending.delete(entry.stream);
      return criLine({ ...joined, stream: entry.stream });
    },
    /** What was never ended. */
    end(): string[] {
      const left = [...pending].map(([stream, each]) => criLine({ ...each, stream }));
      pending.clear();
      return left;
    },
  };
}
