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
/** A share below this is no habit. */
const RARE = 0.1;
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
  /** Usual shares of lines: decoded, and of a message that is known; null while unknown. Lines they rest on. */
  shares: readonly number[] | null;
  lines: number;
}

interface Run {
  lookedAt: number;
  lastLineAt: number;
  lines: number;
  window: { since: number; lines: number; good: readonly number[] };
  /** Shares of the last window, null before the first. */
  now: readonly number[] | null;
}

/** What is known of a source. */
export interface HabitView {
  /** Ms since its last line of this run, or since the start. */
  readonly silentFor: number;
  /** Longest silence that is still usual, ms; null while unknown. */
  readonly usualSilence: number | null;
  /** The share that fell most against what is usual: of decoded lines, or of those whose message is known; null while unknown. */
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
      habit = { days: [], watched: 0, longest: 0, shares: null, lines: 0 };
      if (habits.size < MAX_SOURCES) habits.set(id, habit);
    }
    return habit;
  }

  function runOf(source: SourceStatus, steady: number): Run {
    let run = runs.get(source.id);
    if (run === undefined) {
      const window = { since: steady, lines: source.lines, good: goodOf(source) };
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
    const good = goodOf(source);
    const { good: before } = run.window;
    run.now = good.map((count, index) => (count - before[index]!) / lines);
    run.window = { since: steady, lines: source.lines, good };
    // The first windows are averaged; later ones move the usual share only slowly, so that a sudden fall stands out for long.
    habit.lines += lines;
    const { now, shares } = { now: run.now, shares: habit.shares };
    const weight = shares === null ? 1 : Math.max(WEIGHT, lines / habit.lines);
    habit.shares = now.map((share, index) => (shares?.[index] ?? 0) * (1 - weight) + share * weight);
  }

  return {
    look(source, steady) {
      const habit = habitOf(source.id);
      const run = runOf(source, steady);
      const usual = habit.lines >= 10 * ENOUGH ? habit.shares : null;
      learnSilence(habit, run, source, steady);
      learnShare(habit, run, source, steady);
      return {
        silentFor: steady - run.lastLineAt,
        usualSilence: habit.days.length === 0 ? null : TIMES * Math.max(...habit.days, habit.longest),
        ...fallOf(run.now, usual),
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

function goodOf({ decoded, told }: SourceStatus): readonly number[] {
  return [decoded, told];
}

/** The share that fell most. What was always rare says nothing when it is missing. */
function fallOf(
  now: readonly number[] | null,
  usual: readonly number[] | null,
): Pick<HabitView, 'share' | 'usualShare'> {
  let worst: Pick<HabitView, 'share' | 'usualShare'> = { share: now?.[0] ?? null, usualShare: usual?.[0] ?? null };
  if (now === null || usual === null) return worst;
  let least = Number.POSITIVE_INFINITY;
  for (const [index, share] of now.entries()) {
    const before = usual[index]!;
    if (before < RARE || share / before >= least) continue;
    least = share / before;
    worst = { share, usualShare: before };
  }
  return worst;
}
