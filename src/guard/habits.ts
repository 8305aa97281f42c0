/** What is usual for a source: how long it is silent at most, and what share of its lines is understood. Learned, and kept. */
import type { SourceStatus } from '../engine/handle.ts';
import type { StateEntry } from '../kit/state.ts';

const DAY_MS = 86_400_000;
/** Days whose longest silence counts: a weekend is in it. */
const DAYS = 7;
/** A silence is unusual from so many times the longest one on. */
const TIMES = 3;
/** Fewer lines say nothing about a share. */
const ENOUGH = 100;
const WINDOW_MS = 60_000;
/** Weight of a new window in the usual share. */
const WEIGHT = 0.05;
/** Longest stretch between two looks that counts as watching. */
const LOOK_MS = 60_000;
const MAX_SOURCES = 500;

interface Habit {
  /** Longest silence of each of the last days that were watched, ms, oldest first. */
  days: number[];
  /** Watched of the present day, ms, and its longest silence. */
  watched: number;
  longest: number;
  /** Usual share of decoded lines, null while unknown; lines it rests on. */
  share: number | null;
  lines: number;
}

interface Run {
  lookedAt: number;
  lastLineAt: number;
  lines: number;
  window: { since: number; lines: number; decoded: number };
  /** Share of the last window, null before the first. */
  now: number | null;
}

/** What is known of a source. */
export interface HabitView {
  /** Ms since its last line of this run, or since the start. */
  readonly silentFor: number;
  /** Longest silence that is still usual, ms; null while unknown. */
  readonly usualSilence: number | null;
  readonly share: number | null;
  readonly usualShare: number | null;
}

/** Learns habits. */
export interface Habits {
  /** Looks at a source; `steady` in ms of a clock that only rises. */
  look(source: SourceStatus, steady: number): HabitView;
  /** Everything learned, for the store. */
  entries(): StateEntry[];
  restore(entries: Iterable<{ readonly key: string; readonly value: string }>): void;
}

/** Knows nothing yet. */
export function createHabits(): Habits {
  const habits = new Map<string, Habit>();
  const runs = new Map<string, Run>();

  function habitOf(id: string): Habit {
    let habit = habits.get(id);
    if (habit === undefined) {
      habit = { days: [], watched: 0, longest: 0, share: null, lines: 0 };
      if (habits.size < MAX_SOURCES) habits.set(id, habit);
    }
    return habit;
  }

  function runOf(source: SourceStatus, steady: number): Run {
    let run = runs.get(source.id);
    if (run === undefined) {
      const window = { since: steady, lines: source.lines, decoded: source.decoded };
      run = { lookedAt: steady, lastLineAt: steady, lines: source.lines, window, now: null };
      if (runs.size < MAX_SOURCES) runs.set(source.id, run);
    }
    return run;
  }

  function learnSilence(habit: Habit, run: Run, source: SourceStatus, steady: number): void {
    const silence = steady - run.lastLineAt;
    habit.watched += Math.min(LOOK_MS, steady - run.lookedAt);
    run.lookedAt = steady;
    const spoke = source.lines !== run.lines;
    const dayOver = habit.watched >= DAY_MS;
    if (spoke || dayOver) habit.longest = Math.max(habit.longest, silence);
    if (spoke) {
      run.lines = source.lines;
      run.lastLineAt = steady;
    }
    if (!dayOver) return;
    habit.days = [...habit.days, habit.longest].slice(-DAYS);
    habit.watched = 0;
    habit.longest = 0;
  }

  function learnShare(habit: Habit, run: Run, source: SourceStatus, steady: number): void {
    const lines = source.lines - run.window.lines;
    if (lines < ENOUGH || steady - run.window.since < WINDOW_MS) return;
    run.now = (source.decoded - run.window.decoded) / lines;
    run.window = { since: steady, lines: source.lines, decoded: source.decoded };
    // The first windows are averaged; later ones move the usual share only slowly, so that a sudden fall stands out for long.
    habit.lines += lines;
    const weight = habit.share === null ? 1 : Math.max(WEIGHT, lines / habit.lines);
    habit.share = (habit.share ?? 0) * (1 - weight) + run.now * weight;
  }

  return {
    look(source, steady) {
      const habit = habitOf(source.id);
      const run = runOf(source, steady);
      const usualShare = habit.lines >= 10 * ENOUGH ? habit.share : null;
      learnSilence(habit, run, source, steady);
      learnShare(habit, run, source, steady);
      return {
        silentFor: steady - run.lastLineAt,
        usualSilence: habit.days.length === 0 ? null : TIMES * Math.max(...habit.days, habit.longest),
        share: run.now,
        usualShare,
      };
    },
    entries: () => [...habits].map(([id, habit]) => ({ key: `habit:${id}`, value: JSON.stringify(habit) })),
    restore(entries) {
      for (const { key, value } of entries)
        if (key.startsWith('habit:') && habits.size < MAX_SOURCES)
          habits.set(key.slice('habit:'.length), JSON.parse(value) as Habit);
    },
  };
}
