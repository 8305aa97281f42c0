/** `bekci rules list`: the rules in use, chosen, with what they cost and when they last spoke. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadRules } from '../detectors/sigma/load.ts';
import { bundledMappings } from '../detectors/sigma/mappings.ts';
import type { LinkedRule } from '../detectors/sigma/rule-set.ts';
import { describeError } from '../kit/errors.ts';
import { t } from '../kit/messages/messages.ts';
import type { RuleInfo } from '../model/detection.ts';
import { BUNDLED_RULES, loadOptionsOf, ruleFilesOf, rulesInUse } from '../rules-in-use.ts';
import { openApiStore } from '../store/sqlite/api/api-store.ts';
import { caseFilesOf, readCases } from '../workbench/cases.ts';
import { createCosts, sampleEvents } from '../workbench/rule-cost.ts';
import { locate, type Where } from './client.ts';
import { colours, createWriter, levelText } from './output.ts';

interface Options extends Where {
  readonly level?: string[];
  readonly tag?: string;
  readonly logsource?: string;
  readonly action?: string;
  readonly all?: boolean;
  readonly off?: boolean;
  readonly cost?: boolean;
  readonly json?: boolean;
}

/** A row of the list. */
interface Listed {
  readonly info: RuleInfo;
  readonly name: string | null;
  readonly role: 'alert' | 'evidence';
  readonly enabled: boolean;
  /** `linux/sshd`; of a correlation empty. */
  readonly source: string;
  readonly linked: LinkedRule | null;
}

/** Prints the rules that fit all the choices. */
export function list(options: Options): void {
  const { config, stateDir } = locate(options);
  const inUse = rulesInUse(config);
  const rows = rowsOf(inUse.set, true);
  const on = new Set(rows.map(({ info }) => info.id));
  // Switched off by the configuration: what is there without its changes.
  const untouched =
    options.off === true || options.all === true
      ? loadRules(ruleFilesOf(config), { ...loadOptionsOf(config), overrides: {}, select: [] }).set
      : null;
  const off = untouched === null ? [] : rowsOf(untouched, false).filter(({ info }) => !on.has(info.id));
  const all = [...(options.off === true ? [] : rows), ...off];
  const chosen = all.filter((row) => fits(row, options));
  const hits = hitsOf(stateDir);
  const costOf =
    options.cost === true
      ? createCosts(sampleEvents(readCases(caseFilesOf([BUNDLED_RULES]))), bundledMappings())
      : () => null;
  const out = createWriter();
  const { language } = config;
  for (const row of chosen) {
    const cost = row.linked === null ? null : costOf(row.linked);
    const hit = hits?.get(row.info.id) ?? null;
    if (options.json === true) out.line(JSON.stringify(rowJson(row, cost, hit)));
    else if (row.role === 'alert' || options.all === true || !isOrdinary(options))
      out.line(
        [
          levelText(row.info.level, row.info.level.padEnd(13)),
          (row.info.action === 'alert' ? '' : row.info.action).padEnd(7),
          (row.name ?? row.info.id).padEnd(34),
          ...(options.cost === true ? [(cost === null ? '' : `${cost.toFixed(2)} µs`).padStart(9)] : []),
          row.info.title,
          ...(row.enabled ? [] : [colours.yellow(t(language, 'rules.off'))]),
          ...(row.role === 'evidence' ? [colours.dim(`(${t(language, 'rules.evidence')})`)] : []),
          ...(hit === null
            ? []
            : [colours.dim(t(language, 'rules.hits', { count: hit.hits, time: new Date(hit.lastAt).toISOString() }))]),
        ].join(' '),
      );
  }
  if (options.json !== true && chosen.length < all.length)
    out.line(t(language, 'rules.listed', { shown: chosen.length, count: all.length }));
  for (const error of inUse.errors) console.error(`bekci: a rule was left out: ${describeError(error)}`);
  out.flush();
}

function isOrdinary({ level, tag, logsource, action, off }: Options): boolean {
  return [level, tag, logsource, action, off].every((each) => each === undefined);
}

function rowsOf(set: ReturnType<typeof rulesInUse>['set'], enabled: boolean): Listed[] {
  return [
    ...set.rules.map(
      (linked): Listed => ({
        info: linked.info,
        name: linked.rule.name,
        role: linked.alerts ? 'alert' : 'evidence',
        enabled,
        source: Object.values(linked.rule.logsource)
          .filter((part) => part !== null)
          .join('/'),
        linked,
      }),
    ),
    ...set.correlations.map(
      ({ info, rule }): Listed => ({ info, name: rule.name, role: 'alert', enabled, source: '', linked: null }),
    ),
  ];
}

function fits({ info, source }: Listed, { level, tag, logsource, action }: Options): boolean {
  return (
    (level === undefined || level.includes(info.level)) &&
    (tag === undefined || info.tags.some((each) => each.toLowerCase().includes(tag.toLowerCase()))) &&
    (logsource === undefined || logsource.split('/').every((part) => source.split('/').includes(part))) &&
    (action === undefined || action === info.action)
  );
}

/** How often each rule spoke on this machine; null where nothing was ever kept. */
export function hitsOf(
  stateDir: string,
): ReadonlyMap<string, { readonly hits: number; readonly lastAt: number }> | null {
  const path = join(stateDir, 'bekci.db');
  if (!existsSync(path)) return null;
  try {
    const store = openApiStore(path, { readOnly: true });
    const hits = store.ruleHits();
    store.close();
    return hits;
  } catch {
    // Another user's, or older than the figures.
    return null;
  }
}

function rowJson(
  row: Listed,
  cost: number | null,
  hit: { hits: number; lastAt: number } | null,
): Record<string, unknown> {
  const { info } = row;
  return {
    id: info.id,
    name: row.name,
    title: info.title,
    level: info.level,
    kind: info.kind,
    role: row.role,
    action: info.action,
    tags: info.tags,
    logsource: row.source === '' ? null : row.source,
    enabled: row.enabled,
    ...(cost === null ? {} : { costMicros: Number(cost.toFixed(3)) }),
    hits: hit?.hits ?? 0,
    lastHit: hit === null ? null : new Date(hit.lastAt).toISOString(),
  };
}
