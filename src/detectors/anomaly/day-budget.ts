/**
 * Most alerts of a day, spent on the strangest: each entity once unless it grows stranger, the last of the budget only on what is
 * stranger than everything told that day. On the log's clock.
 */
const DAY = 86_400_000;
const MAX_ENTITIES = 10_000;
/** Something must be so many nats stranger to be told again of the same entity. */
const AGAIN = 3;

/** What was told today. */
export interface SavedBudget {
  readonly day: number;
  readonly told: number;
  readonly highest: number;
  readonly entities: readonly (readonly [string, number])[];
}

/** Spends the budget. */
export class DayBudget {
  private readonly most: number;
  private day = 0;
  private told = 0;
  private highest = 0;
  private entities = new Map<string, number>();
  /** Held back since the start: over the budget, or told of before. */
  held = 0;
  dirty = false;

  constructor(most: number) {
    this.most = most;
  }

  /** Told today. */
  get spent(): number {
    return this.told;
  }

  /** True when it may be told, which is counted. `surprise` in nats. */
  allows(entity: string, surprise: number, time: number): boolean {
    const today = Math.floor(time / DAY);
    if (today > this.day) {
      this.day = today;
      this.told = 0;
      this.highest = 0;
      this.entities.clear();
    }
    const before = this.entities.get(entity);
    const reserve = this.most - Math.floor(this.most / 4);
    const isWorthIt =
      this.told < this.most &&
      (before === undefined || surprise > before + AGAIN) &&
      (this.told < reserve || surprise > this.highest);
    if (!isWorthIt) {
      this.held++;
      return false;
    }
    this.told++;
    this.highest = Math.max(this.highest, surprise);
    if (this.entities.size < MAX_ENTITIES) this.entities.set(entity, surprise);
    this.dirty = true;
    return true;
  }

  save(): SavedBudget {
    return { day: this.day, told: this.told, highest: this.highest, entities: [...this.entities] };
  }

  load(saved: SavedBudget): void {
    this.day = saved.day;
    this.told = saved.told;
    this.highest = saved.highest;
    this.entities = new Map(saved.entities);
  }
}
