/** Gathers an incident from the store, the logs on disk and, where one runs, the daemon. Changes nothing. */
import { hostname } from 'node:os';
import type { Config } from '../../config/schema.ts';
import { type Progress, progressOf } from '../../detectors/sigma/progress.ts';
import { canonicalAddress } from '../../kit/address.ts';
import { formatNetwork, type Network, parseNetwork, widen } from '../../kit/cidr.ts';
import type { Pipeline } from '../../pipeline.ts';
import { discoverSources } from '../../sources/discover.ts';
import type { AuditRow } from '../../store/api-store.ts';
import type { Store } from '../../store/store.ts';
import { readAudit } from '../audit.ts';
import { ask, readStore } from '../client.ts';
import type { Counting, Incident, LineReading, Mentions } from './incident.ts';
import { lineAt, linesNaming } from './log-lines.ts';
import { createLineReader } from './read-line.ts';
import { reasonsOf, verdictOf } from './verdict.ts';

const LIMIT = 50;
const MAX_COUNTING = 20;
const MAX_SAMPLES = 20;
/** Detectors' state as the store keeps it: the owner, and what the Sigma engine's keys begin with. */
const DETECTORS = 'detect';
const SIGMA = 'sigma\u001d';

/** What an incident is gathered from. */
export interface GatherParts {
  readonly config: Config;
  readonly stateDir: string;
  readonly pipeline: Pipeline;
  /** Label for lines that name no program. */
  readonly program: string | null;
  readonly now: number;
}

/** Everything known of an address, network, user, or of whom a line is about. */
export async function gatherIncident(asked: string, parts: GatherParts): Promise<Incident> {
  const line = /\s/.test(asked.trim()) ? readOne(asked, parts) : null;
  const entity = line === null ? (canonicalAddress(asked) ?? asked) : (line.about ?? '');
  const network = parseNetwork(entity);
  const names = namesOf(entity, network, parts.config.decisions.ipv6_prefix);
  const status = (await ask(parts.stateDir, 'GET', '/status').catch(() => null))?.body as
    | { mode: 'observe' | 'enforce' }
    | undefined;
  const protection = network === null || status === undefined ? null : await protectionOf(parts.stateDir, entity);
  const store = readStore(parts.stateDir);
  try {
    const known = {
      detections: listed(names, (name) => store.detections({ entity: name, limit: LIMIT })),
      decisions: listed(names, (name) => store.decisions({ entity: name, limit: LIMIT })),
      refusals: listed(names, (name) => store.refusals({ entity: name, limit: LIMIT })),
      counting: entity === '' ? [] : countingOf(entity, names, store, parts.pipeline),
      audit: auditOf(names, parts.stateDir),
      dropped: {} as Readonly<Record<string, number>>,
      mentions: null as Mentions | null,
    };
    const inForce = known.decisions.filter((each) => each.state === 'applied' && each.expiresAt > parts.now);
    if (status !== undefined)
      known.dropped = await droppedBy(
        inForce.map((each) => each.ip),
        parts.stateDir,
      );
    if (known.detections.length === 0 && entity !== '') known.mentions = mentionsOf(entity, parts);
    const base = {
      ...{ entity, at: parts.now, host: hostname(), running: status !== undefined },
      kind: network === null ? ('user' as const) : isWhole(network) ? ('address' as const) : ('network' as const),
      mode: status?.mode ?? parts.config.mode,
      line: line?.reading ?? null,
      ...known,
    };
    const { language } = parts.config;
    const zone = parts.config.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    const context = { language, zone, protection };
    return { ...base, verdict: verdictOf(base, context), reasons: reasonsOf(base, context) };
  } finally {
    store.close();
  }
}

function readOne(
  text: string,
  { pipeline, program, now }: GatherParts,
): ReturnType<ReturnType<typeof createLineReader>['read']> {
  const decoder = pipeline.decoderOf({ id: 'why', program, timezone: null });
  return createLineReader(pipeline, decoder, now).read(text.replace(/\r?\n$/, ''));
}

/** A ban or a refusal may stand on a network around the address. */
function namesOf(entity: string, network: Network | null, ipv6Prefix: number): readonly string[] {
  if (network === null) return entity === '' ? [] : [entity];
  const lengths = [128, ipv6Prefix, 64, 56, 48, 32, 24].filter((bits) =>
    network.family === 6 ? bits >= 48 : bits <= 32,
  );
  return [...new Set(lengths.map((bits) => formatNetwork(widen(network, bits))))];
}

function isWhole({ family, bits }: Network): boolean {
  return bits === (family === 4 ? 32 : 128);
}

function listed<T extends { readonly at: number }>(
  names: readonly string[],
  list: (name: string) => readonly T[],
): T[] {
  return names
    .flatMap(list)
    .sort((a, b) => b.at - a.at)
    .slice(0, LIMIT);
}

async function protectionOf(stateDir: string, ip: string): Promise<{ code: string; detail: string } | null> {
  const answer = await ask(stateDir, 'GET', `/protection/${encodeURIComponent(ip)}`).catch(() => null);
  return (answer?.body as { protection?: { code: string; detail: string } | null } | undefined)?.protection ?? null;
}

async function droppedBy(ips: readonly string[], stateDir: string): Promise<Record<string, number>> {
  const out: Record<string, number> = {};
  for (const ip of new Set(ips)) {
    const answer = await ask(stateDir, 'GET', `/dropped/${encodeURIComponent(ip)}`).catch(() => null);
    const packets = (answer?.body as { packets?: number | null } | undefined)?.packets ?? null;
    if (packets !== null) out[ip] = packets;
  }
  return out;
}

function auditOf(names: readonly string[], stateDir: string): Incident['audit'] {
  let store: ReturnType<typeof readAudit>;
  try {
    store = readAudit(stateDir);
  } catch {
    // Of an older version: nothing was noted there.
    return [];
  }
  try {
    // What rules did stands among the decisions.
    const byPeople = (row: AuditRow): boolean => !row.who.startsWith('rule:');
    return listed(names, (name) => store.audit({ target: name }, { limit: LIMIT }).items.filter(byPeople));
  } finally {
    store.close();
  }
}

/** Windows that count somebody and have not made their rule speak, with the lines they rest on. */
function countingOf(entity: string, names: readonly string[], store: Store, pipeline: Pipeline): Counting[] {
  const kept = function* (): Generator<{ key: string; value: string }> {
    for (const { key, value } of store.state(DETECTORS))
      if (key.startsWith(SIGMA) && names.some((name) => key.includes(name)))
        yield { key: key.slice(SIGMA.length), value };
  };
  return progressOf(pipeline.rules, kept(), new Set(names))
    .slice(0, MAX_COUNTING)
    .map((each: Progress) => ({ ...each, lines: each.evidence.flatMap((ref) => lineAt(ref, entity) ?? []) }));
}

/** The last lines of the configured files that name somebody, and what became of each. */
function mentionsOf(entity: string, { config, pipeline, now }: GatherParts): Mentions {
  const files =
    config.sources === 'auto'
      ? discoverSources().flatMap((each) =>
          each.path === null ? [] : [{ path: each.path, program: each.program, timezone: null }],
        )
      : config.sources.flatMap((each) =>
          each.type === 'file'
            ? [{ path: each.path, program: each.program ?? null, timezone: each.timezone ?? null }]
            : [],
        );
  const found = { lines: 0, undecoded: 0, elsewhere: 0, unasked: 0, counted: 0 };
  const samples: LineReading[] = [];
  for (const { path, program, timezone } of files) {
    const reader = createLineReader(pipeline, pipeline.decoderOf({ id: path, program, timezone }), now);
    // Oldest first: a decoder may remember a connection from one line to the next.
    for (const text of linesNaming(path, entity).reverse()) {
      const { reading, about } = reader.read(text);
      found.lines++;
      if (reading.fields === null) found.undecoded++;
      else if (about !== entity && reading.fields['user.name'] !== entity) found.elsewhere++;
      else if (reading.rules.length === 0) found.unasked++;
      else found.counted++;
      samples.push(reading);
      if (samples.length > MAX_SAMPLES) samples.shift();
    }
  }
  return { files: files.map((each) => each.path), ...found, samples };
}
