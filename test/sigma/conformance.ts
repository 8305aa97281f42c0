/** The clauses of the Sigma specification that `conformance.yaml` holds, and how one is tried. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { jsonEvent } from '../../src/detectors/sigma/json-event.ts';
import { loadRules } from '../../src/detectors/sigma/load.ts';
import { createRuleTable } from '../../src/detectors/sigma/rule-index.ts';
import type { LinkedRule, LoadedRules } from '../../src/detectors/sigma/rule-set.ts';
import { createSigmaDetector } from '../../src/detectors/sigma/sigma-detector.ts';
import type { Detection } from '../../src/model/detection.ts';
import type { LogEvent } from '../../src/model/log-event.ts';

/** One clause as an example that runs. */
export interface Clause {
  readonly clause: string;
  /** A `detection` section, tried on single events. */
  readonly detection?: Record<string, unknown>;
  readonly matches?: readonly Record<string, unknown>[];
  readonly silent?: readonly Record<string, unknown>[];
  /** Whole documents, or a `correlation` section on base rules of its own. */
  readonly rules?: string;
  readonly correlation?: Record<string, unknown>;
  /** Documents beside the correlation. */
  readonly more?: string;
  readonly stream?: readonly (readonly [second: number, fields: Record<string, string>])[];
  /** `SECOND RULE`, in order. */
  readonly fires?: readonly string[];
  readonly refused?: string;
  /** A word that the hint of the refusal holds. */
  readonly hint?: string;
  readonly warned?: string;
}

/** Clauses of one part of the specification. */
export interface ConformanceSection {
  readonly section: string;
  readonly source: string;
  readonly clauses: readonly Clause[];
}

/** All of them. */
export function readConformance(): ConformanceSection[] {
  return parse(readFileSync(join(import.meta.dirname, 'conformance.yaml'), 'utf8')) as ConformanceSection[];
}

const LISTS: Readonly<Record<string, readonly string[]>> = { admins: ['root', 'ayse'] };
const SOURCE = { product: null, service: null, category: 'x' };

/** What is wrong with how a clause is kept; empty when it is kept. */
export function tryClause(clause: Clause): string[] {
  const loaded = loadRules([{ path: 'x.yml', text: textOf(clause) }], { placeholders: (name) => LISTS[name] ?? null });
  const faults: string[] = [];
  if (clause.refused !== undefined) {
    const error = loaded.errors[0];
    if (error?.code !== clause.refused)
      faults.push(`refused with ${error?.code ?? 'nothing'}: ${error?.message ?? ''}`);
    if (error?.at?.file !== 'x.yml' || error.at.line === undefined) faults.push('the refusal names no place');
    if (clause.hint !== undefined && error?.hint?.includes(clause.hint) !== true) faults.push(`hint: ${error?.hint}`);
    return faults;
  }
  for (const error of loaded.errors) faults.push(`${error.code}: ${error.message}`);
  if (clause.warned !== undefined && !loaded.warnings.some(({ code }) => code === clause.warned))
    faults.push(`warned of ${loaded.warnings.map(({ code }) => code).join(', ') || 'nothing'}`);
  return [...faults, ...(clause.detection === undefined ? streamFaults(clause, loaded) : eventFaults(clause, loaded))];
}

function eventFaults({ matches = [], silent = [] }: Clause, { set }: LoadedRules): string[] {
  const table = createRuleTable(set.rules);
  const speaks = (event: Record<string, unknown>): boolean => {
    const out: LinkedRule[] = [];
    table.match(jsonEvent(event), out);
    return out.length > 0;
  };
  return [
    ...matches.filter((event) => !speaks(event)).map((event) => `does not match ${JSON.stringify(event)}`),
    ...silent.filter(speaks).map((event) => `matches ${JSON.stringify(event)}`),
  ];
}

function streamFaults({ stream = [], fires = [] }: Clause, { set }: LoadedRules): string[] {
  const detector = createSigmaDetector(set, { persist: false });
  const got: string[] = [];
  for (const [offset, [second, fields]] of stream.entries()) {
    const event: LogEvent = {
      ...{ time: second * 1000, kind: SOURCE, host: null, program: null, pid: null, message: '', repeat: 1, fields },
    };
    const out: Detection[] = [];
    detector.detect(event, { source: 's', generation: 'g', offset, text: '' }, out);
    got.push(...out.map(({ rule }) => `${second} ${rule.id}`));
  }
  return got.join(', ') === fires.join(', ')
    ? []
    : [`fires ${got.join(', ') || 'never'}, not ${fires.join(', ') || 'never'}`];
}

function base(id: string, detection: Record<string, unknown>): string {
  return stringify({ title: id, id, name: id, logsource: { category: 'x' }, detection });
}

function textOf({ detection, rules, correlation, more }: Clause): string {
  if (rules !== undefined) return rules;
  if (detection !== undefined) return base('t', detection);
  const kinds = ['x', 'y', 'z'].map((kind) => base(kind, { s: { k: kind }, condition: 's' }));
  const named = (correlation!.rules ?? ['base']) as string[];
  const bases = named.includes('base') ? [base('base', { s: { never: null }, condition: 's' })] : kinds;
  const main = stringify({ title: 'C', id: 'c', correlation: { rules: named, ...correlation } });
  return [...bases, main, ...(more === undefined ? [] : [more])].join('---\n');
}
