/**
 * The canary: on a schedule a line is written to a file of its own and must come out at the other end: read, decoded, matched,
 * refused by the door, stored, and the firewall proved to take an element. Says which link broke when it does not.
 */
import { randomInt } from 'node:crypto';
import { appendFileSync, renameSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Canary } from '../engine/canary-walk.ts';
import { CANARY_STAGES, type CanaryStage, type CanaryStatus } from '../model/canary.ts';
import { CANARY_RULE } from './canary-rule.ts';
import type { CanarySettings } from './settings.ts';

/** Size at which its file begins anew: a rotation like any other, and so part of the proof. */
const MAX_FILE = 16 * 1024;
/** The first flight, soon after the start. */
const FIRST_MS = 2_000;

/** What it needs. */
export interface CanaryParts {
  readonly settings: CanarySettings;
  /** Its file, which a source of the engine follows. */
  readonly path: string;
  readonly source: string;
  readonly host: string;
  readonly now: () => number;
  /** Milliseconds that only ever rise. */
  readonly steady: () => number;
  /** Null while nobody is blocked; else proves that the firewall takes an element, or says why not. */
  proveFirewall(signal: AbortSignal): Promise<string | null> | null;
}

/** A canary that flies. */
export interface FlyingCanary extends Canary {
  status(): CanaryStatus;
  /** One flight; never rejects. */
  fly(): Promise<void>;
  /** Flies on schedule until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

interface Flight {
  readonly address: string;
  readonly startedAt: number;
  firewall: boolean;
  /** Links passed, as a number into the list of stages. */
  passed: number;
  problem: string | null;
  done(): void;
}

/** A canary that has not flown yet. */
export function createCanary(parts: CanaryParts): FlyingCanary {
  const { settings, now, steady } = parts;
  let flight: Flight | null = null;
  let state: CanaryStatus = {
    lastRunAt: null,
    lastSuccessAt: null,
    latencyMs: null,
    stoppedAt: null,
    problem: null,
    failures: 0,
    firewall: false,
  };

  /** Links are passed in order only: nothing later makes up for one that was missed. */
  function pass(stage: CanaryStage): void {
    if (flight === null || CANARY_STAGES[flight.passed] !== stage) return;
    flight.passed++;
    if (stage === 'store') flight.done();
  }

  function stop(problem: string): void {
    if (flight === null) return;
    flight.problem = problem;
    flight.done();
  }

  function write(address: string): void {
    if ((statSync(parts.path, { throwIfNoEntry: false })?.size ?? 0) > MAX_FILE)
      renameSync(parts.path, `${parts.path}.1`);
    const head = `${new Date(now()).toISOString()} ${parts.host} bekci[${process.pid}]:`;
    appendFileSync(parts.path, `${head} canary from ${address}\n`, { mode: 0o640 });
  }

  async function walk(mine: Flight, over: Promise<void>): Promise<void> {
    try {
      write(mine.address);
    } catch (error) {
      mine.problem = error instanceof Error ? error.message : String(error);
      return;
    }
    pass('write');
    await over;
    if (CANARY_STAGES[mine.passed] !== 'firewall') return;
    const proof = parts.proveFirewall(AbortSignal.timeout(settings.within * 1000));
    mine.firewall = proof !== null;
    mine.problem = proof === null ? null : await proof;
    if (mine.problem === null) mine.passed++;
  }

  function land(mine: Flight, at: number): void {
    const { firewall } = mine;
    const stoppedAt = CANARY_STAGES[mine.passed] ?? null;
    const latencyMs = Math.round((steady() - mine.startedAt) * 10) / 10;
    state =
      stoppedAt === null
        ? { lastRunAt: at, lastSuccessAt: now(), latencyMs, stoppedAt, problem: null, failures: 0, firewall }
        : { ...state, lastRunAt: at, stoppedAt, problem: mine.problem, failures: state.failures + 1, firewall };
  }

  async function fly(): Promise<void> {
    if (flight !== null) return;
    const at = now();
    let done: () => void = () => {};
    const over = new Promise<void>((resolve) => {
      done = resolve;
    });
    const timer = setTimeout(done, settings.within * 1000);
    flight = { address: addressOf(), startedAt: steady(), firewall: false, passed: 0, problem: null, done };
    const mine = flight;
    try {
      await walk(mine, over);
    } catch (error) {
      mine.problem = error instanceof Error ? error.message : String(error);
    }
    clearTimeout(timer);
    flight = null;
    land(mine, at);
  }

  return {
    source: parts.source,
    rule: CANARY_RULE,
    status: () => state,
    fly,
    read(texts) {
      if (flight !== null && texts.some((text) => text.endsWith(` ${flight?.address}`))) pass('source');
    },
    decoded(count) {
      if (count === 0) stop('its line did not become an event');
      else pass('decoder');
    },
    found(detection, answer, code) {
      if (flight === null || detection.entity['source.ip'] !== flight.address) return;
      pass('decoder');
      pass('rule');
      if (answer === 'refused' && code === 'special-range') pass('door');
      else stop(answer === 'accepted' ? 'the door would have banned it' : `the door answered ${code ?? 'nothing'}`);
    },
    stored() {
      // In the store without having passed the door: no rule spoke, and none will.
      if (flight !== null && flight.passed === CANARY_STAGES.indexOf('rule')) stop('no rule spoke of it');
      pass('store');
    },
    async run(signal) {
      const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal, ref: false }).catch(() => {});
      await pause(Math.min(FIRST_MS, settings.every * 1000));
      while (!signal.aborted) {
        await fly();
        await pause(settings.every * 1000);
      }
    },
  };
}

/** Under the discard-only prefix 100::/64 (RFC 6666), another one each time. */
function addressOf(): string {
  const group = (): string => randomInt(0x1000, 0x10000).toString(16);
  return `100::${group()}:${group()}`;
}
