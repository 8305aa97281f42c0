/** The worker thread of the rules' bench: a draft rule checked, tried on lines, and run over this machine's logs. Nothing is done. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { Config } from './config/schema.ts';
import { createDecode } from './decoders/decode.ts';
import { loadRules } from './detectors/sigma/load.ts';
import { readRuleFiles } from './detectors/sigma/read-files.ts';
import { allInfos } from './detectors/sigma/rule-set.ts';
import { createSigmaDetector } from './detectors/sigma/sigma-detector.ts';
import type { AppError } from './kit/errors.ts';
import { stepBack } from './kit/thread.ts';
import { type Detection, mainEntity } from './model/detection.ts';
import { BUNDLED_RULES } from './pipeline.ts';
import { scanFiles } from './scan.ts';
import { GrowingHistogram, type Histogram } from './search/histogram.ts';

/** A rule as written, and the other rules of one's own beside it. */
interface Draft {
  readonly text: string;
  readonly others: readonly string[];
  readonly config: Config;
}
/** What the thread is given. */
export type BenchTask =
  | (Draft & { readonly kind: 'try'; readonly lines: readonly string[]; readonly program: string | null })
  | (Draft & { readonly kind: 'backtest'; readonly files: readonly string[]; readonly from: number });

/** One fault or remark. */
export interface BenchFault {
  readonly message: string;
  readonly hint: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly code: string;
}
/** A rule of the draft. */
export interface BenchRule {
  readonly id: string;
  readonly name: string | null;
  readonly title: string;
  readonly level: Detection['rule']['level'];
  readonly action: Detection['rule']['action'];
}
/** What the thread tells. */
export type BenchWord =
  | {
      readonly kind: 'tried';
      readonly faults: readonly BenchFault[];
      readonly warnings: readonly BenchFault[];
      readonly rules: readonly BenchRule[];
      readonly found: readonly {
        readonly rule: string;
        readonly title: string;
        readonly entity: string;
        readonly events: number;
        readonly line: number;
      }[];
      readonly unread: readonly number[];
    }
  | { readonly kind: 'progress'; readonly lines: number; readonly detections: number }
  | {
      readonly kind: 'tested';
      readonly lines: number;
      readonly detections: number;
      readonly histogram: Histogram | null;
      readonly entities: readonly {
        readonly value: string;
        readonly count: number;
        readonly banned: boolean;
        readonly known: boolean;
      }[];
      readonly entityCount: number;
      /** Entities of which it asks for a ban; the door may refuse some. */
      readonly bans: number;
      /** Of all entities, those that a rule that bans speaks of in the same logs anyway. */
      readonly known: number;
      readonly faults: readonly BenchFault[];
    };

const DRAFT = 'draft.yml';
const TELL_EVERY_MS = 250;
const MAX_ENTITIES = 100_000;
const SHOWN = 50;
const task = workerData as BenchTask;
const tell = (word: BenchWord): void => parentPort?.postMessage(word);

function toFault({ message, hint, at, code }: AppError): BenchFault {
  return { message, hint, line: at?.line ?? null, column: at?.column ?? null, code };
}

/** The draft among the rules in use; it stands first, so that its ids are its own. */
function load({ text, others, config }: Draft) {
  const rest = [...(config.rules.bundled ? [BUNDLED_RULES] : []), ...config.rules.paths, ...others];
  const loaded = loadRules([{ path: DRAFT, text }, ...readRuleFiles(rest)]);
  const mine = (error: AppError): boolean => error.at?.file === DRAFT;
  const ids = new Set(loaded.set.loaded.filter(({ path }) => path === DRAFT).map(({ id }) => id));
  const names = new Map(
    [...loaded.set.rules, ...loaded.set.correlations].map((each) => [each.info.id, each.rule.name]),
  );
  const taken = loaded.errors.filter(
    (each) => each.code === 'SIGMA_DUPLICATE' && [...ids].some((id) => each.message.includes(id)),
  );
  return {
    set: loaded.set,
    ids,
    rules: allInfos(loaded.set)
      .filter(({ id }) => ids.has(id))
      .map(({ id, title, level, action }) => ({ id, title, level, action, name: names.get(id) ?? null })),
    faults: [
      ...loaded.errors.filter(mine).map(toFault),
      ...taken.map((error): BenchFault => {
        const id = [...ids].find((each) => error.message.includes(each)) ?? '';
        const line = text.split('\n').findIndex((each) => each.includes(id)) + 1;
        return {
          code: 'SIGMA_DUPLICATE',
          message: `the id ${id} belongs to another rule`,
          hint: 'give this rule an id of its own',
          line,
          column: 1,
        };
      }),
    ].sort((a, b) => (a.line ?? 0) - (b.line ?? 0)),
    warnings: loaded.warnings.filter(mine).map(toFault),
  };
}

function tryOut(draft: Extract<BenchTask, { kind: 'try' }>): void {
  const { set, ids, rules, faults, warnings } = load(draft);
  const decode = createDecode({ timezone: null, program: draft.program, persist: false, proxies: [] });
  const detector = createSigmaDetector(set, { persist: false });
  const unread: number[] = [];
  const all: { detection: Detection; line: number }[] = [];
  const now = Date.now();
  for (const [line, text] of draft.lines.entries()) {
    const event = decode.decode(text, now);
    if (event === null) {
      unread.push(line);
      continue;
    }
    const found: Detection[] = [];
    detector.detect(event, { source: 'draft', generation: 'draft', offset: line, text }, found);
    for (const detection of found) all.push({ detection, line });
  }
  tell({
    kind: 'tried',
    ...{ faults, warnings, rules, unread },
    found: all
      .filter(({ detection }) => ids.has(detection.rule.id))
      .slice(0, 200)
      .map(({ detection, line }) => ({
        rule: detection.rule.id,
        title: detection.rule.title,
        entity: mainEntity(detection.entity),
        events: detection.events,
        line,
      })),
  });
}

async function backtest(draft: Extract<BenchTask, { kind: 'backtest' }>): Promise<void> {
  const { ids, faults } = load(draft);
  const empty = { lines: 0, detections: 0, histogram: null, entities: [], entityCount: 0, bans: 0, known: 0 };
  if (faults.length > 0) return tell({ kind: 'tested', ...empty, faults });
  const folder = mkdtempSync(join(tmpdir(), 'bekci-draft-'));
  try {
    const path = join(folder, DRAFT);
    writeFileSync(path, draft.text, { mode: 0o600 });
    const histogram = new GrowingHistogram();
    const entities = new Map<string, number>();
    const banned = new Set<string>();
    const others = new Set<string>();
    let detections = 0;
    let toldAt = performance.now();
    const options = { config: draft.config, program: null, timezone: null, year: null };
    const { summary } = await scanFiles(
      draft.files,
      { ...options, rulePaths: [path, ...draft.others] },
      {
        detection({ rule, at, entity }) {
          if (at < draft.from) return;
          const name = mainEntity(entity);
          if (!ids.has(rule.id)) {
            if (rule.action === 'ban' && others.size < MAX_ENTITIES) others.add(name);
            return;
          }
          detections++;
          if (rule.action === 'ban' && banned.size < MAX_ENTITIES) banned.add(name);
          histogram.add(at);
          if (entities.has(name) || entities.size < MAX_ENTITIES) entities.set(name, (entities.get(name) ?? 0) + 1);
        },
        decision: () => undefined,
        progress(lines) {
          if (performance.now() - toldAt < TELL_EVERY_MS) return;
          toldAt = performance.now();
          tell({ kind: 'progress', lines, detections });
        },
        fault: () => undefined,
      },
    );
    tell({
      kind: 'tested',
      lines: summary.lines,
      detections,
      histogram: histogram.read(),
      entities: [...entities]
        .toSorted((a, b) => b[1] - a[1])
        .slice(0, SHOWN)
        .map(([value, count]) => ({ value, count, banned: banned.has(value), known: others.has(value) })),
      entityCount: entities.size,
      bans: banned.size,
      known: [...entities.keys()].filter((name) => others.has(name)).length,
      faults: [],
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// Somebody waits for a try; a walk through the logs has time.
if (task.kind === 'try') tryOut(task);
else {
  stepBack();
  await backtest(task);
}
