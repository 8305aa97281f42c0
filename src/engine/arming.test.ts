/** Disarmed stays disarmed through a crash, and is armed again by whoever stops and starts it. */
import { expect, it } from 'vitest';
import { silentLog } from '../kit/log.ts';
import { openStore } from '../store/sqlite/sqlite-store.ts';
import { createArming } from './arming.ts';

function machine() {
  const store = openStore(':memory:');
  const start = (wanted: 'observe' | 'enforce' = 'enforce') =>
    createArming({ wanted, store, now: () => 1_000, log: silentLog });
  return { store, start };
}

it('does what is asked for', () => {
  const { start } = machine();
  expect([start('enforce').mode(), start('observe').mode()]).toEqual(['enforce', 'observe']);
  expect(start().disarmed()).toBe(null);
});

it('observes after panic, also when it crashes and is started again', () => {
  const { start } = machine();
  const first = start();
  first.disarm('panic');
  expect(first.mode()).toBe('observe');
  const again = start();
  expect([again.mode(), again.disarmed()]).toEqual(['observe', { by: 'panic', at: 1_000 }]);
});

it('is armed again when it was stopped in good order', () => {
  const { start } = machine();
  const first = start();
  first.disarm('trial');
  first.stopped();
  expect(start().mode()).toBe('enforce');
});

it('notes nothing where it only observes anyway', () => {
  const { start } = machine();
  const first = start('observe');
  first.disarm('panic');
  expect(first.disarmed()).toBe(null);
  expect(start('enforce').mode()).toBe('enforce');
});

it('obeys although the store does not write', () => {
  const { store } = machine();
  const broken = {
    state: store.state,
    commit: () => {
      throw new Error('full');
    },
  };
  const arming = createArming({ wanted: 'enforce', store: broken, now: () => 1_000, log: silentLog });
  arming.disarm('panic');
  arming.stopped();
  expect(arming.mode()).toBe('observe');
});
