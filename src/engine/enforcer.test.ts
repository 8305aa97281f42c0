/** Bans get into force, stay there after an outside flush, and are tried again when the firewall fails. */
import { expect, it } from 'vitest';
import { createMemoryResponder, type MemoryResponder } from '../../test/fakes/memory-responder.ts';
import { silentLog } from '../kit/log.ts';
import { openStore } from '../store/sqlite/sqlite-store.ts';
import type { DecisionRecord, Store } from '../store/store.ts';
import { createEnforcer } from './enforcer.ts';

function decision(n: number): DecisionRecord {
  const at = Date.now();
  return {
    id: `d${n}`,
    action: 'ban',
    ip: `203.0.113.${n}`,
    at,
    seconds: 60,
    expiresAt: at + 60_000,
    origin: 'rule',
    rule: 'r',
    detection: null,
    reason: 'test',
    offence: 0,
    state: 'pending',
    error: null,
    attempts: 0,
  };
}

function put(store: Store, decisions: readonly DecisionRecord[]): void {
  for (const each of decisions) store.addDecision(each);
}

/** Reading the wall waits until the returned function is called. */
function holdReading(wall: MemoryResponder): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { list } = wall;
  wall.list = async (signal) => {
    await promise;
    return list(signal);
  };
  return resolve;
}

it('applies, and calls a decision applied only when every responder confirmed it', async () => {
  const store = openStore(':memory:');
  const [one, two] = [createMemoryResponder('one'), createMemoryResponder('two')];
  two.failNext = 1;
  const enforcer = createEnforcer({ responders: [one, two], store, log: silentLog, now: Date.now });
  const bans = [decision(1), decision(2)];
  put(store, bans);
  enforcer.apply(bans);
  await enforcer.settle(1000);
  expect([...one.bans.keys()]).toEqual(['203.0.113.1', '203.0.113.2']);
  expect(store.decisions({}).map((d) => d.state)).toEqual(['pending', 'pending']);
  expect(enforcer.problems().map((p) => p.responder)).toEqual(['two']);
  await expect.poll(() => store.decisions({}).map((d) => d.state)).toEqual(['applied', 'applied']);
  expect(enforcer.problems()).toEqual([]);
  await enforcer.close();
});

it('puts back what was flushed behind its back and lifts what nobody decided', async () => {
  const store = openStore(':memory:');
  const wall = createMemoryResponder();
  const enforcer = createEnforcer({ responders: [wall], store, log: silentLog, now: Date.now });
  const bans = [decision(1), decision(2)].map((each) => ({ ...each, state: 'applied' as const }));
  put(store, bans);
  wall.bans.set('198.51.100.1', 0);
  await enforcer.reconcile(bans);
  await enforcer.settle(1000);
  expect([...wall.bans.keys()].sort()).toEqual(['203.0.113.1', '203.0.113.2']);
  expect(enforcer.mended).toEqual({ applied: 2, revoked: 1 });
  enforcer.revoke(['203.0.113.1']);
  await enforcer.settle(1000);
  expect([...wall.bans.keys()]).toEqual(['203.0.113.2']);
  await enforcer.flush();
  expect(wall.bans.size).toBe(0);
  await enforcer.close();
});

it('does not apply what ended while the firewall was down', async () => {
  const store = openStore(':memory:');
  const wall = createMemoryResponder();
  wall.failNext = 1;
  let clock = Date.now();
  const enforcer = createEnforcer({ responders: [wall], store, log: silentLog, now: () => clock });
  enforcer.apply([decision(3)]);
  clock += 120_000;
  await expect.poll(() => wall.applyCalls).toBeGreaterThanOrEqual(0);
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(wall.bans.size).toBe(0);
  await enforcer.close();
});

it('leaves a ban alone that was made while the wall was being read', async () => {
  const store = openStore(':memory:');
  const wall = createMemoryResponder();
  const go = holdReading(wall);
  const enforcer = createEnforcer({ responders: [wall], store, log: silentLog, now: Date.now });
  const [old, fresh] = [decision(1), decision(2)];
  put(store, [old, fresh]);
  enforcer.apply([old]);
  await enforcer.settle(1000);
  const round = enforcer.reconcile([old]);
  enforcer.apply([fresh]);
  await enforcer.settle(1000);
  go();
  await round;
  await enforcer.settle(1000);
  expect([...wall.bans.keys()]).toEqual([old.ip, fresh.ip]);
  expect(enforcer.mended).toEqual({ applied: 0, revoked: 0 });
  await enforcer.close();
});

it('does not put back what a panic lifted while the wall was being read', async () => {
  const store = openStore(':memory:');
  const wall = createMemoryResponder();
  const go = holdReading(wall);
  const enforcer = createEnforcer({ responders: [wall], store, log: silentLog, now: Date.now });
  const ban = { ...decision(1), state: 'applied' as const };
  put(store, [ban]);
  const round = enforcer.reconcile([ban]);
  await enforcer.flush();
  go();
  await round;
  await enforcer.settle(1000);
  expect(wall.bans.size).toBe(0);
  await enforcer.close();
});
