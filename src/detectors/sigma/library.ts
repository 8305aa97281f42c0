/** The engine for programs other than Bekçi: plain JSON events in, plain facts out. */
import type { AppError } from '../../kit/errors.ts';
import type { Detection, Level, RuleInfo } from '../../model/detection.ts';
import type { EventKind, LogEvent } from '../../model/log-event.ts';
import { jsonEvent } from './json-event.ts';
import { type LoadOptions, loadRules } from './load.ts';
import { bundledMappings } from './mappings.ts';
import type { RuleFile } from './read-files.ts';
import { createRuleTable } from './rule-index.ts';
import { allInfos, type LinkedRule, type LoadedRules } from './rule-set.ts';
import { createSigmaDetector } from './sigma-detector.ts';

/** An event: flat names (`source.ip`), nested objects, or both. */
export type JsonEvent = Readonly<Record<string, unknown>>;

/** What of a log source is known. */
export interface LogsourceParts {
  readonly product?: string;
  readonly service?: string;
  readonly category?: string;
}

/** What is told of a rule. */
export interface RuleFact {
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  readonly tags: readonly string[];
  readonly kind: 'rule' | 'correlation';
}

/** A rule or correlation that spoke. */
export interface Found {
  readonly rule: RuleFact;
  /** Time of the event that completed it, ms since the epoch. */
  readonly time: number;
  /** Of a correlation: the fields it groups by and their values. */
  readonly group: Readonly<Record<string, string>>;
  /** Events (or different values) it rests on. */
  readonly events: number;
  /** Numbers of the last events it rests on, as `push` counted them from 0; the deciding one last. At most five. */
  readonly evidence: readonly number[];
}

/** How rules are compiled. */
export type CompileOptions = Pick<LoadOptions, 'placeholders' | 'overrides' | 'select'>;

/** Where an event comes from and when it happened. */
export interface PushOptions {
  /** Without it every rule is tried, whatever its log source. */
  readonly logsource?: LogsourceParts;
  /** Ms since the epoch; else `@timestamp` of the event, else the newest time so far. */
  readonly time?: number;
}

/** How a stream is bounded. */
export interface StreamOptions {
  /** Most groups of correlations that group alike; 262,144 by default. Beyond that the oldest go, and `stats` counts them. */
  readonly maxGroups?: number;
  /** How much older than the newest of its window an event may be, ms; 60,000 by default. */
  readonly latenessMs?: number;
  /** Gather what changed, for `save`; off by default. */
  readonly persist?: boolean;
}

/** Runs rules and correlations over events in the order they come; windows follow the events' own time. */
export interface SigmaStream {
  push(event: JsonEvent, options?: PushOptions): Found[];
  /** Windows that changed since the last call: keep the value by its key, delete it where it is null. */
  save(): { readonly key: string; readonly value: string | null }[];
  /** Once, before the first event. */
  restore(entries: Iterable<{ readonly key: string; readonly value: string }>): void;
  /** Other rules from now on; windows of correlations that stay are kept. */
  replace(rules: CompiledRules): void;
  stats(): Readonly<Record<string, number>>;
}

/** Rules ready to run. */
export interface CompiledRules {
  readonly rules: readonly RuleFact[];
  /** Files, rules and correlations that were left out: code, message, hint, and file, line and column. */
  readonly errors: readonly AppError[];
  /** What is odd but runs. */
  readonly warnings: readonly AppError[];
  /** Event rules that match one event, by themselves; correlations need a stream. */
  match(event: JsonEvent, logsource?: LogsourceParts): RuleFact[];
  /** A stream over these rules, with windows of its own. */
  stream(options?: StreamOptions): SigmaStream;
}

/** Events of any log source: every rule is tried. */
const EVERY: EventKind = Object.freeze({ product: null, service: null, category: null });
const MAX_KINDS = 1000;
/** Sets behind compiled rules, so that a stream can take over others. */
const loadedOf = new WeakMap<CompiledRules, LoadedRules>();

/** Compiles Sigma documents: text, or files as `readRuleFiles` reads them. A broken one is listed and does not touch the others. */
export function compile(source: string | readonly RuleFile[], options: CompileOptions = {}): CompiledRules {
  const files = typeof source === 'string' ? [{ path: 'rules.yml', text: source }] : source;
  const mappings = bundledMappings();
  const loaded = loadRules(files, {
    ...options,
    mappings: { ...mappings, feeds: (logsource, kind) => kind === EVERY || mappings.feeds(logsource, kind) },
  });
  const { set, errors, warnings } = loaded;
  const kindOf = createKinds();
  const all = createRuleTable(set.rules);
  const compiled: CompiledRules = {
    rules: allInfos(set).map(factOf),
    errors,
    warnings,
    match(event, logsource) {
      const found: LinkedRule[] = [];
      (logsource === undefined ? all : set.tableFor(kindOf(logsource))).match(jsonEvent(event), found);
      return found.map(({ info }) => factOf(info));
    },
    stream: (bounds) => createStream(loaded, bounds ?? {}),
  };
  loadedOf.set(compiled, loaded);
  return compiled;
}

function createStream(loaded: LoadedRules, options: StreamOptions): SigmaStream {
  const { maxGroups, latenessMs } = options;
  const detector = createSigmaDetector(loaded.again(), {
    persist: options.persist ?? false,
    ...(maxGroups === undefined ? {} : { maxGroups }),
    ...(latenessMs === undefined ? {} : { latenessMs }),
  });
  const kindOf = createKinds();
  const out: Detection[] = [];
  let count = 0;
  let newest = 0;
  return {
    push(event, { logsource, time } = {}) {
      const at = time ?? timeOf(event['@timestamp']) ?? newest;
      newest = Math.max(newest, at);
      const made: LogEvent = {
        ...jsonEvent(event),
        time: at,
        kind: logsource === undefined ? EVERY : kindOf(logsource),
      };
      detector.detect(made, { source: 'stream', generation: '', offset: count++, text: '' }, out);
      return out.splice(0).map(foundOf);
    },
    save: () => detector.drainDirty(),
    restore: (entries) => detector.restore(entries),
    replace(rules) {
      const next = loadedOf.get(rules);
      if (next !== undefined) detector.replace(next.again());
    },
    stats: () => detector.stats(),
  };
}

function createKinds(): (parts: LogsourceParts) => EventKind {
  const known = new Map<string, EventKind>();
  return ({ product = null, service = null, category = null }) => {
    const key = `${product}\u0000${service}\u0000${category}`;
    let kind = known.get(key);
    if (kind === undefined) {
      if (known.size >= MAX_KINDS) known.clear();
      kind = Object.freeze({ product, service, category });
      known.set(key, kind);
    }
    return kind;
  };
}

function timeOf(value: unknown): number | null {
  const time = typeof value === 'number' ? value : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isFinite(time) ? time : null;
}

function factOf({ id, title, level, tags, kind }: RuleInfo): RuleFact {
  return { id, title, level, tags, kind: kind === 'correlation' ? 'correlation' : 'rule' };
}

function foundOf({ rule, at, entity, events, evidence }: Detection): Found {
  return {
    rule: factOf(rule),
    time: at,
    group: rule.kind === 'correlation' ? entity : {},
    events,
    evidence: evidence.map(({ offset }) => offset),
  };
}
