/** Writes into the audit what changed since the last start: settings key by key, rule files, the mode. Secrets never. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ControlNote } from './api/control.ts';
import type { Config } from './config/schema.ts';
import { describeError } from './kit/errors.ts';
import type { Log } from './kit/log.ts';
import type { Pipeline } from './pipeline.ts';
import type { ApiStore } from './store/api-store.ts';
import type { Store } from './store/store.ts';

const OWNER = 'audit';
/** More changes at once are told as a number. */
const MAX_NOTED = 100;
const SECRET = /pass|secret|token|webhook|key$|auth|credential|headers|url$/i;

type Flat = Readonly<Record<string, string>>;

/** What the notes rest on. */
export interface StartParts {
  readonly config: Config;
  readonly pipeline: Pipeline;
  readonly store: Pick<Store, 'state' | 'commit'>;
  readonly api: Pick<ApiStore, 'addAudit'>;
  readonly version: string;
  readonly now: number;
}

/** Notes what is done outside the API; a record that cannot be written is said, and stops nothing. */
export function createAuditNote(api: Pick<ApiStore, 'addAudit'>, log: Log, now: () => number): ControlNote {
  return (who, action, target, detail, ok) => {
    try {
      api.addAudit({ at: now(), who, address: null, action, target, detail, ok });
    } catch (error) {
      log('error', 'the audit could not be written', { who, action, target, error: describeError(error) });
    }
  };
}

/** Notes the start and every difference to the start before. */
export function noteStart(parts: StartParts): void {
  const { config, now } = parts;
  const note = (action: string, target: string, detail: string): void =>
    parts.api.addAudit({
      at: now,
      who: 'system',
      address: null,
      action,
      target,
      detail: detail.slice(0, 500),
      ok: true,
    });
  const kept = new Map([...parts.store.state(OWNER)].map(({ key, value }) => [key, value]));
  const present = { config: flattened(config), rules: ruleFiles(parts.pipeline) };
  note('daemon.start', parts.version, `mode ${config.mode}`);
  for (const name of ['config', 'rules'] as const) {
    const before = kept.get(name);
    if (before === undefined) continue;
    const changes = difference(JSON.parse(before) as Flat, present[name]);
    for (const [key, old, fresh] of changes.slice(0, MAX_NOTED)) note(`${name}.change`, key, `${old} → ${fresh}`);
    if (changes.length > MAX_NOTED) note(`${name}.change`, '', `${changes.length - MAX_NOTED} more`);
  }
  const entries = Object.entries(present).map(([key, value]) => ({ key, value: JSON.stringify(value) }));
  parts.store.commit({
    ...{ detections: [], decisions: [], refusals: [], alerts: [], checkpoints: new Map() },
    state: new Map([[OWNER, entries]]),
  });
}

/** Dotted keys to values as text; a secret is told by a short hash, so that only its change shows. */
export function flattened(value: unknown, path = ''): Record<string, string> {
  if (
    typeof value === 'object' &&
    value !== null &&
    !(Array.isArray(value) && value.every((each) => typeof each !== 'object'))
  )
    return Object.assign(
      {},
      ...Object.entries(value).map(([key, each]) => flattened(each, path === '' ? key : `${path}.${key}`)),
    );
  if (value === undefined) return {};
  const text = JSON.stringify(value);
  const isSecret =
    path.split('.').some((part) => SECRET.test(part)) && typeof value !== 'number' && typeof value !== 'boolean';
  return { [path]: isSecret ? `(hidden ${shortHash(text)})` : text };
}

function ruleFiles(pipeline: Pipeline): Record<string, string> {
  const paths = new Set(pipeline.rules.loaded.map((each) => each.path));
  const out: Record<string, string> = {};
  for (const path of paths) {
    try {
      out[path] = shortHash(readFileSync(path, 'utf8'));
    } catch {
      // Made from settings, or inside an archive.
      out[path] = 'there';
    }
  }
  return out;
}

function difference(before: Flat, after: Flat): (readonly [key: string, old: string, fresh: string])[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key) =>
    before[key] === after[key] ? [] : [[key, before[key] ?? '(none)', after[key] ?? '(none)'] as const],
  );
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
