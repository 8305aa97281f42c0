/** The canary's place among the daemon's parts, and the guard over all of them. */
import { appendFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Config } from './config/schema.ts';
import type { AlertOutbox } from './engine/alert-outbox.ts';
import type { Enforcer } from './engine/enforcer.ts';
import type { EngineHandle, Mode } from './engine/handle.ts';
import { createCanary, type FlyingCanary } from './guard/canary.ts';
import { createGuard, type Guard } from './guard/guard.ts';
import type { Log } from './kit/log.ts';
import type { Level } from './model/detection.ts';
import type { Notifier } from './notifiers/notifier.ts';
import { createTail } from './sources/file/tail.ts';
import type { Source, SourceContext } from './sources/source.ts';
import type { Store } from './store/store.ts';

/** A canary with its source. */
export interface CanaryRoom {
  readonly canary: FlyingCanary;
  readonly source: Source;
}

/** The canary over a file of its own in the state folder; null when it is switched off. */
export function openCanary(
  config: Config,
  stateDir: string,
  context: SourceContext,
  firewall: { readonly enforcer: () => Enforcer; readonly mode: () => Mode },
): CanaryRoom | null {
  if (!config.canary.enabled) return null;
  const path = join(stateDir, 'canary.log');
  appendFileSync(path, '', { mode: 0o640 });
  const source = createTail({ path, program: null, timezone: 'UTC', from: 'end' }, context);
  const canary = createCanary({
    settings: config.canary,
    path,
    source: source.ref.id,
    host: hostname(),
    now: context.now,
    steady: () => performance.now(),
    proveFirewall: (signal) => (firewall.mode() === 'enforce' ? firewall.enforcer().prove(signal) : null),
  });
  return { canary, source };
}

/** What the guard stands over. */
export interface GuardRoomParts {
  readonly config: Config;
  readonly handle: EngineHandle;
  readonly store: Store;
  readonly outbox: AlertOutbox;
  readonly notifiers: readonly { readonly setting: { readonly min_level: Level }; readonly notifier: Notifier }[];
  /** All sources, those of the configuration first and in its order. */
  readonly sources: readonly Source[];
  /** Sources of bekci's own, which may be silent for ever. */
  readonly own: readonly string[];
  readonly log: Log;
  readonly now: () => number;
}

/** The guard of a daemon, not started. */
export function openGuard(parts: GuardRoomParts): Guard {
  const { config, notifiers } = parts;
  const silentAfter = new Map(parts.own.map((id) => [id, 0]));
  if (config.sources !== 'auto')
    for (const [index, { silent_after }] of config.sources.entries())
      if (silent_after !== undefined) silentAfter.set(parts.sources[index]!.ref.id, silent_after);
  return createGuard({
    settings: config.alarms,
    language: config.language,
    store: parts.store,
    outbox: parts.outbox,
    notifiers: notifiers.map(({ setting, notifier }) => ({ id: notifier.id, minLevel: setting.min_level })),
    checks: new Map(notifiers.map(({ notifier }) => [notifier.id, (signal) => notifier.check(signal)])),
    silentAfter,
    host: hostname(),
    status: () => parts.handle.status(),
    log: parts.log,
    now: parts.now,
    steady: () => performance.now(),
  });
}
