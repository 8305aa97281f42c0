/** Armed and not confirmed: disarmed, once; confirmed: never. */
import { expect, it } from 'vitest';
import { silentLog } from '../kit/log.ts';
import { createDeadMan } from './dead-man.ts';

function trial(seconds: number) {
  const world = { clock: 1_000_000, disarmed: 0 };
  const man = createDeadMan({
    seconds,
    steady: () => world.clock,
    log: silentLog,
    disarm: async () => world.disarmed++,
  });
  return { world, man };
}

it('disarms once when nobody confirms', async () => {
  const { world, man } = trial(300);
  world.clock += 299_999;
  await man.tick();
  expect(world.disarmed).toBe(0);
  world.clock += 1;
  await man.tick();
  await man.tick();
  expect(world.disarmed).toBe(1);
  expect(man.confirm()).toBe(false);
});

it('never disarms once confirmed, nor without a time', async () => {
  const { world, man } = trial(300);
  expect(man.left).toBe(300);
  expect(man.confirm()).toBe(true);
  const without = trial(0);
  world.clock += 1e9;
  without.world.clock += 1e9;
  await man.tick();
  await without.man.tick();
  expect([world.disarmed, without.world.disarmed]).toEqual([0, 0]);
});
