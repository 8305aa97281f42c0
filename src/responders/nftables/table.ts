/**
 * The table of our own in the kernel: hash sets with timeouts, dropped in prerouting before connection tracking, so that the host
 * and containers behind DNAT are both covered. Every load is one transaction. Used by the responder and by the firewall helper.
 */
import { formatNetwork, type Network, parseNetwork } from '../../kit/cidr.ts';
import { AppError } from '../../kit/errors.ts';
import { type CommandResult, runCommand } from '../../kit/run-command.ts';
import type { ApplyResult, Ban, Responder, ResponderContext } from '../responder.ts';
import { msLeft, notThere, sortOut } from '../valid.ts';
import { proveWrite } from './canary-set.ts';
import { createConntrack } from './conntrack.ts';
import { createLedger } from './ledger.ts';
import { createNftSession } from './session.ts';
import {
  dropFigures,
  elementOf,
  readTable,
  type SetShape,
  setName,
  shapeOf,
  skeleton,
  type TableState,
  USUAL_SETS,
} from './sets.ts';

/** What the table is made with. */
export interface TableOptions {
  /** Name of the inet table. */
  readonly table: string;
  /** How nft is called. */
  readonly command: readonly string[];
  /** How conntrack(8) is called, if live connections are to be forgotten. */
  readonly conntrack?: readonly string[] | undefined;
  /** What runs a command; the machine's own by default, and then one nft stays for single bans. */
  readonly run?: typeof runCommand;
}

/** The largest timeout the kernel takes comfortably: 49 days in ms fit 32 bits. */
export const MAX_TIMEOUT_S = 4_000_000;
/** Up to so many are proved one by one; more by reading the table. */
const PROVE_SINGLY = 8;
/** In a table with more elements packets are counted per set only. */
const COUNT_UP_TO = 5_000;
const EXISTS = 'File exists';
const MISSING = /No such file|does not exist/;

interface Asked {
  readonly item: Ban;
  readonly network: Network;
}

/** The table, kept over nft(8). */
export function createTable(settings: TableOptions, context: Pick<ResponderContext, 'now'>): Responder {
  const { table, run = runCommand } = settings;
  const shapes = new Map<string, SetShape>(USUAL_SETS.map((shape) => [setName(shape), shape]));
  let ready = false;
  /** Flushed by us: the table is made again by the next ban only. */
  let isAway = false;
  let last: TableState | null = null;
  const session = settings.run === undefined ? createNftSession(settings.command) : null;
  const ledger = createLedger();
  const connections = settings.conntrack === undefined ? null : createConntrack(settings.conntrack, run);

  function nft(input: string, signal: AbortSignal, ...flags: string[]): Promise<CommandResult> {
    return run([...settings.command, ...flags, '-f', '-'], { input, signal });
  }

  async function ensure(signal: AbortSignal): Promise<void> {
    if (ready) return;
    const wanted = skeleton(table, shapes.values());
    let done = await nft(wanted, signal);
    // A set of the same name and another kind: the table is ours, so it is made anew, and reconciling fills it.
    if (done.code !== 0 && done.stderr.includes('exists'))
      done = await nft(`add table inet ${table}\ndelete table inet ${table}\n${wanted}`, signal);
    if (done.code !== 0) throw nftError(done, settings.command);
    ready = true;
    isAway = false;
  }

  function learn(networks: readonly Network[]): void {
    for (const network of networks) {
      const shape = shapeOf(network);
      if (shapes.has(setName(shape))) continue;
      shapes.set(setName(shape), shape);
      ready = false;
    }
  }

  /** Somebody may flush the ruleset between two calls: then our table is made anew and the load tried once more. */
  async function load(script: string, signal: AbortSignal): Promise<CommandResult> {
    await ensure(signal);
    const done = await nft(script, signal);
    if (done.code === 0 || !MISSING.test(done.stderr)) return done;
    ready = false;
    await ensure(signal);
    return nft(script, signal);
  }

  async function apply(bans: readonly Ban[], signal: AbortSignal): Promise<ApplyResult[]> {
    const results = await applyProved(bans, signal);
    const held = new Set(results.flatMap((each) => (each.ok ? [each.ip] : [])));
    for (const { ip, expiresAt } of bans) if (held.has(ip)) ledger.add(ip, expiresAt);
    return results;
  }

  async function applyProved(bans: readonly Ban[], signal: AbortSignal): Promise<ApplyResult[]> {
    const { valid, refused } = sortOut(bans);
    if (valid.length === 0) return refused;
    learn(valid.map((each) => each.network));
    const proved =
      valid.length <= PROVE_SINGLY
        ? await applyFew(valid, signal)
        : (await createAll(valid, signal))
          ? valid.map(({ item }): ApplyResult => ({ ip: item.ip, ok: true }))
          : null;
    if (proved !== null) return [...refused, ...proved];
    const now = context.now();
    // Adding what is there changes no timeout; added, deleted and added again in one transaction it always does. A large load asks
    // first what is there, so that most of it is written once.
    const there = valid.length > PROVE_SINGLY ? await presentOf([], signal, true) : null;
    const again = there === null ? valid : valid.filter(({ network }) => there.has(keyOf(network)));
    const plain = elements(again.map(({ network }) => ({ network, tail: '' })));
    const timed = elements(
      valid.map(({ item, network }) => ({
        network,
        tail: ` timeout ${msLeft(item.expiresAt, now, MAX_TIMEOUT_S)}ms`,
      })),
    );
    const done = await load(script('add', plain) + script('delete', plain) + script('add', timed), signal);
    if (done.code !== 0) throw nftError(done, settings.command);
    await endConnections(valid, signal);
    const present = await presentOf(
      valid.map((each) => each.network),
      signal,
    );
    return [
      ...refused,
      ...valid.map(
        ({ item, network }): ApplyResult =>
          present.has(keyOf(network)) ? { ip: item.ip, ok: true } : notThere(item.ip, 'the kernel’s set'),
      ),
    ];
  }

  /**
   * A few bans over the session, proved; null when that way is barred and the long one is to be taken. The proof is a transaction
   * that the kernel takes only when it holds them: one it refuses would make it wait for all its readers, some ten milliseconds.
   */
  async function applyFew(valid: readonly Asked[], signal: AbortSignal): Promise<ApplyResult[] | null> {
    if (session === null) return null;
    await ensure(signal);
    const now = context.now();
    const place = (network: Network): string => `element inet ${table} ${setName(shapeOf(network))}`;
    const add = valid.map(
      ({ item, network }) =>
        `add ${place(network)} { ${elementOf(network)} timeout ${msLeft(item.expiresAt, now, MAX_TIMEOUT_S)}ms }`,
    );
    // Adding what is there changes no timeout; deleted and added again in one transaction it always does, and no packet slips by.
    const again = valid.map(({ network }) => `delete ${place(network)} { ${elementOf(network)} }`).concat(add);
    if ((await session.run(add)) !== '' || (await session.run(again)) !== '') return null;
    await endConnections(valid, signal);
    return valid.map(({ item }): ApplyResult => ({ ip: item.ip, ok: true }));
  }

  /** Many bans of which none is there yet, as after a reboot or a flush: one transaction, and a dry deletion as the proof. */
  async function createAll(valid: readonly Asked[], signal: AbortSignal): Promise<boolean> {
    const now = context.now();
    const timed = elements(
      valid.map(({ item, network }) => ({
        network,
        tail: ` timeout ${msLeft(item.expiresAt, now, MAX_TIMEOUT_S)}ms`,
      })),
    );
    if ((await load(script('create', timed), signal)).code !== 0) return false;
    // The same elements without their timeouts.
    const plain = new Map(
      [...timed].map(([name, list]) => [name, list.map((each) => each.slice(0, each.indexOf(' ')))]),
    );
    if ((await nft(script('delete', plain), signal, '-c')).code !== 0) return false;
    await endConnections(valid, signal);
    return true;
  }

  /** A ban holds without it, so that it fails no ban; `check` says what is wrong with it. */
  async function endConnections(valid: readonly Asked[], signal: AbortSignal): Promise<void> {
    await connections?.end(
      valid.map(({ network }) => network),
      signal,
    );
  }

  function script(verb: 'add' | 'create' | 'delete', bySet: ReadonlyMap<string, readonly string[]>): string {
    return [...bySet].map(([name, list]) => `${verb} element inet ${table} ${name} { ${list.join(', ')} }\n`).join('');
  }

  /** Which of these the kernel holds: only that counts. */
  async function presentOf(networks: readonly Network[], signal: AbortSignal, all = false): Promise<Set<string>> {
    const found = new Set<string>();
    if (all || networks.length > PROVE_SINGLY) {
      for (const { ip } of (await readState(signal)).held) {
        const network = parseNetwork(ip);
        if (network !== null) found.add(keyOf(network));
      }
      return found;
    }
    for (const network of networks) {
      // A dry `create` of an element that is there is refused by the kernel: proof without reading the whole set.
      const line = `create element inet ${table} ${setName(shapeOf(network))} { ${elementOf(network)} }\n`;
      const done = await nft(line, signal, '-c');
      if (done.code !== 0 && done.stderr.includes(EXISTS)) found.add(keyOf(network));
    }
    return found;
  }

  async function readState(signal: AbortSignal): Promise<TableState> {
    const done = await run([...settings.command, '-j', 'list', 'table', 'inet', table], { signal });
    if (done.code === 0) {
      last = readTable(done.stdout, context.now());
      return last;
    }
    if (!MISSING.test(done.stderr)) throw nftError(done, settings.command);
    ready = false;
    return { held: [], sets: new Set(), guarded: new Set(), droppedPackets: 0, droppedBytes: 0, droppedBySet: {} };
  }

  async function remove(networks: readonly Network[], signal: AbortSignal): Promise<CommandResult> {
    const plain = elements(networks.map((network) => ({ network, tail: '' })));
    // One that is gone already would fail the whole transaction: added first, the deletion always finds it.
    return load(script('add', plain) + script('delete', plain), signal);
  }

  return {
    id: `nftables:${table}`,
    batch: 100_000,
    async check(signal) {
      const done = await nft(skeleton(table, shapes.values()), signal, '-c');
      if (done.code !== 0 && !done.stderr.includes('exists')) return nftError(done, settings.command);
      return (await connections?.check(signal)) ?? null;
    },
    apply,
    async revoke(ips, signal) {
      const { valid, refused } = sortOut(ips.map((ip) => ({ ip })));
      if (valid.length > 0) {
        learn(valid.map((each) => each.network));
        const done = await remove(
          valid.map((each) => each.network),
          signal,
        );
        if (done.code !== 0) throw nftError(done, settings.command);
        for (const { network } of valid) ledger.remove(formatNetwork(network));
      }
      return [...refused, ...valid.map(({ item }): ApplyResult => ({ ip: item.ip, ok: true }))];
    },
    async list(signal) {
      if (!isAway) session?.start();
      const expected = ledger.expected(context.now());
      if (expected !== null && (await nft(script('delete', expected), signal, '-c')).code === 0) return ledger.held();
      const state = await readState(signal);
      ledger.fill(state.held, context.now());
      // A set may be there while the rule that drops by it is not.
      if ([...shapes.keys()].some((name) => !state.sets.has(name) || !state.guarded.has(name))) {
        ready = false;
        if (!isAway) await ensure(signal);
      }
      return state.held;
    },
    async flush(signal) {
      ledger.clear();
      isAway = true;
      const done = await nft(`add table inet ${table}\ndelete table inet ${table}\n`, signal);
      ready = false;
      if (done.code !== 0) throw nftError(done, settings.command);
    },
    async prove(signal) {
      const fault = await proveWrite(table, (input, ...flags) => nft(input, signal, ...flags));
      return fault === null || fault instanceof AppError ? fault : nftError(fault, settings.command);
    },
    async droppedOf(ip, signal) {
      const network = parseNetwork(ip);
      // nft reads the whole set to find one element: in a large one that takes longer than the answer is worth.
      if (network === null || last === null || last.held.length > COUNT_UP_TO) return null;
      const element = `inet ${table} ${setName(shapeOf(network))} { ${elementOf(network)} }`;
      const done = await nft(`get element ${element}\n`, signal);
      const packets = done.code === 0 ? /\bpackets"?:? ?(\d{1,15})\b/.exec(done.stdout)?.[1] : undefined;
      return packets === undefined ? null : Number(packets);
    },
    stats: () => dropFigures(last?.droppedPackets ?? 0, last?.droppedBytes ?? 0, last?.droppedBySet ?? {}),
    close: async () => session?.close(),
  };
}

/** What the sets are given, by set; each element once. */
function elements(entries: readonly { network: Network; tail: string }[]): Map<string, string[]> {
  const bySet = new Map<string, { readonly seen: Set<string>; readonly list: string[] }>();
  for (const { network, tail } of entries) {
    const name = setName(shapeOf(network));
    let set = bySet.get(name);
    if (set === undefined) {
      set = { seen: new Set(), list: [] };
      bySet.set(name, set);
    }
    const element = elementOf(network);
    if (set.seen.has(element)) continue;
    set.seen.add(element);
    set.list.push(element + tail);
  }
  return new Map([...bySet].map(([name, { list }]) => [name, list]));
}

function keyOf(network: Network): string {
  return `${network.bits}/${network.groups.join('.')}`;
}

function nftError(done: CommandResult, command: readonly string[]): AppError {
  const first = done.stderr.trim().split('\n')[0] ?? '';
  if (done.failed === 'ENOENT') {
    return new AppError('NFT_MISSING', {
      message: `\`${command[0]}\` is not installed`,
      hint: 'install nftables (apt-get install nftables), or choose another responder',
      retry: { afterMs: 60_000 },
    });
  }
  if (/not permitted|must be root|Permission denied/.test(done.stderr)) {
    return new AppError('NFT_PERMISSION', {
      message: 'no right to change the firewall',
      hint: 'run as root or with CAP_NET_ADMIN',
      retry: { afterMs: 60_000 },
    });
  }
  return new AppError('NFT_FAILED', {
    message: `nft failed: ${first || done.failed || `exit ${done.code}`}`,
    retry: 'soon',
  });
}
