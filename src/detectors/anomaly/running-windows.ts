/** The windows that still run when Bekçi is stopped, kept for its next start: the busiest entities, and whom somebody accused. */
import type { EntityTable } from './entity-table.ts';

/** Name, time of the last line, accused until, place of the last line, and the windows packed. */
export type SavedRunning = readonly (readonly [string, number, number, string, string, number, string])[];

const MOST = 2000;

/** The running windows of a table. */
export function saveRunning(table: EntityTable): SavedRunning {
  const busy: { slot: number; events: number }[] = [];
  for (const slot of table.names.keys()) {
    const events = table.runningEvents(slot);
    if (events > 0 || table.accusedUntil(slot) > table.lastTime(slot)) busy.push({ slot, events });
  }
  return busy
    .sort((a, b) => b.events - a.events)
    .slice(0, MOST)
    .map(({ slot }) => [
      table.names[slot]!,
      table.lastTime(slot),
      table.accusedUntil(slot),
      table.origins[slot]!.source,
      table.origins[slot]!.generation,
      table.offset(slot),
      table.packRunning(slot),
    ]);
}

/** Takes saved windows in; what does not fit is left out. */
export function loadRunning(table: EntityTable, saved: SavedRunning): void {
  for (const [name, lastTime, accusedUntil, source, generation, offset, packed] of saved.slice(0, MOST)) {
    if (![lastTime, accusedUntil, offset].every(Number.isFinite)) continue;
    const slot = table.place(name, lastTime);
    if (!table.unpackRunning(slot, packed)) continue;
    table.setLast(slot, lastTime, { source, generation }, offset);
    table.accuse(slot, accusedUntil);
  }
}
