/**
 * Windows against a plain evaluator that keeps every event and looks at all of them: events out of order within the lateness,
 * the detector stopped and restored now and then.
 *   tools/node test/sigma/windows.ts [ROUNDS] [SEED]
 */
import { loadRules } from '../../src/detectors/sigma/load.ts';
import { createSigmaDetector } from '../../src/detectors/sigma/sigma-detector.ts';
import type { Detection } from '../../src/model/detection.ts';
import type { LogEvent } from '../../src/model/log-event.ts';
import { createRandom, type Random } from './random-rules.ts';

const SPAN = 600;
const LATENESS = 60;
const EVENTS = 400;
const RULES = 3;

interface Case {
  readonly type: 'event_count' | 'value_count' | 'temporal' | 'temporal_ordered';
  readonly threshold: number;
  /** Members of a temporal correlation; a count rests on rule 0 alone. */
  readonly members: readonly number[];
}

interface Seen {
  readonly time: number;
  readonly rule: number;
  readonly value: string;
}

function ruleText(each: Case, id: string): string {
  const rules = each.members.map((n) => `r${n}`).join(', ');
  const condition = each.type.startsWith('temporal')
    ? ''
    : `, condition: {${each.type === 'value_count' ? 'field: user.name, ' : ''}gte: ${each.threshold}}`;
  return `title: C\nid: ${id}\ncorrelation: {type: ${each.type}, rules: [${rules}], group-by: [source.ip], timespan: ${SPAN}s${condition}}\n`;
}

function baseText(n: number): string {
  return `title: R${n}\nid: r${n}\nname: r${n}\nlogsource: {product: linux, service: sshd}\ndetection: {s: {event.action: r${n}}, condition: s}\n`;
}

/** What one correlation says of one group, worked out from everything seen so far. */
function evaluator(each: Case): (event: Seen) => boolean {
  const seen: Seen[] = [];
  let newest = Number.NEGATIVE_INFINITY;
  let firedAt: number | null = null;
  const within = (end: number): Seen[] => seen.filter(({ time }) => time <= end && time > end - SPAN);
  const different = (events: readonly Seen[]): number => new Set(events.map(({ value }) => value)).size;
  const most = each.members.length;

  /** Stays quiet while the window is about full, at most for a span. */
  function quiet(held: number, threshold: number): boolean {
    if (firedAt !== null && (held < threshold - 1 || newest - firedAt >= SPAN)) firedAt = null;
    return firedAt !== null;
  }

  function ordered(at: number): boolean {
    const { time, rule } = seen[at]!;
    const mine = each.members.indexOf(rule);
    let start = time;
    let before = at;
    for (let member = mine - 1; member >= 0; member--) {
      do before--;
      while (before >= 0 && seen[before]!.rule !== each.members[member]);
      if (before < 0) return false;
      start = seen[before]!.time;
    }
    let end = time;
    let after = at;
    for (let member = mine + 1; member < most; member++) {
      do after++;
      while (after < seen.length && seen[after]!.rule !== each.members[member]);
      if (after >= seen.length) return false;
      end = seen[after]!.time;
    }
    if (end - start >= SPAN || (firedAt !== null && start <= firedAt && end - firedAt < SPAN)) return false;
    firedAt = end;
    return true;
  }

  return (event) => {
    if (!each.members.includes(event.rule)) return false;
    newest = Math.max(newest, event.time);
    const heldBefore = within(newest);
    let at = seen.length;
    while (at > 0 && seen[at - 1]!.time > event.time) at--;
    seen.splice(at, 0, event);
    if (each.type === 'temporal_ordered') return ordered(at);
    let reached: boolean;
    let silent: boolean;
    if (each.type === 'event_count') {
      silent = quiet(heldBefore.length, each.threshold);
      reached = seen.some(
        ({ time }) => time >= event.time && event.time > time - SPAN && within(time).length >= each.threshold,
      );
    } else if (each.type === 'value_count') {
      const known = heldBefore.some(({ value, time }) => value === event.value && time >= event.time);
      if (known) return false;
      silent = quiet(different(heldBefore), each.threshold);
      reached = different(within(newest)) >= each.threshold;
    } else {
      const all = (end: number): boolean => new Set(within(end).map(({ rule }) => rule)).size === most;
      silent = quiet(all(newest) ? most : 0, most);
      reached = seen.some(({ time }) => time >= event.time && event.time > time - SPAN && all(time));
    }
    if (!reached || silent) return false;
    firedAt = newest;
    return true;
  };
}

function randomCase(random: Random): Case {
  const type = random.pick(['event_count', 'value_count', 'temporal', 'temporal_ordered'] as const);
  if (!type.startsWith('temporal')) return { type, threshold: 2 + random.below(7), members: [0] };
  const members = random.pick([
    [0, 1],
    [1, 0],
    [0, 1, 2],
    [2, 1],
  ]);
  return { type, threshold: members.length, members };
}

function eventOf({ time, rule, value }: Seen, ip: string): LogEvent {
  return {
    time: time * 1000,
    kind: { product: 'linux', service: 'sshd', category: 'authentication' },
    host: null,
    program: 'sshd',
    pid: null,
    message: '',
    raw: '',
    repeat: 1,
    fields: { 'event.action': `r${rule}`, 'source.ip': ip, 'user.name': value },
  } as unknown as LogEvent;
}

/** The first disagreement of so many rounds, ready to read; null when there is none. And how often anything fired. */
export function fuzzWindows(rounds: number, seed: number): { readonly fired: number; readonly fault: string | null } {
  let fired = 0;
  for (let round = 0; round < rounds; round++) {
    const random = createRandom(seed + round * 7919);
    const cases = Array.from({ length: 1 + random.below(5) }, () => randomCase(random));
    const text = [
      ...Array.from({ length: RULES }, (_, n) => baseText(n)),
      ...cases.map((each, n) => ruleText(each, `c${n}`)),
    ].join('---\n');
    const load = (): ReturnType<typeof createSigmaDetector> => {
      const { set, errors } = loadRules([{ path: 'x.yml', text }]);
      if (errors.length > 0) throw errors[0]!;
      return createSigmaDetector(set, { latenessMs: LATENESS * 1000 });
    };
    let detector = load();
    const kept = new Map<string, string>();
    const wanted = new Map<string, (event: Seen) => boolean>();
    let clock = 10_000;
    const pace = random.pick([1, 5, 40, 200]);
    const users = random.pick([4, 9, 60]);
    for (let n = 0; n < EVENTS; n++) {
      clock += random.below(pace * 2);
      const late = random.chance(0.2) ? random.below(LATENESS) : 0;
      const seen: Seen = {
        time: clock - late,
        rule: random.below(RULES),
        value: `user-${random.below(users)}-with-a-name`,
      };
      const ip = `192.0.2.${random.below(3)}`;
      const out: Detection[] = [];
      detector.detect(eventOf(seen, ip), { source: 'x', generation: 'g', offset: n, line: '' } as never, out);
      const got = out.filter(({ rule }) => rule.kind === 'correlation').map(({ rule }) => rule.id);
      const should = cases.flatMap((each, index) => {
        const key = `${ip} ${index}`;
        const evaluate = wanted.get(key) ?? evaluator(each);
        wanted.set(key, evaluate);
        return evaluate(seen) ? [`c${index}`] : [];
      });
      fired += should.length;
      if (got.sort().join() !== should.sort().join())
        return {
          fired,
          fault: `seed ${seed + round * 7919}, event ${n} ${JSON.stringify(seen)} ${ip}: windows say [${got}], evaluator [${should}]\n${JSON.stringify(cases)}`,
        };
      if (!random.chance(0.01)) continue;
      for (const { key, value } of detector.drainDirty()) value === null ? kept.delete(key) : kept.set(key, value);
      detector = load();
      detector.restore([...kept].map(([key, value]) => ({ key, value })));
    }
  }
  return { fired, fault: null };
}

if (import.meta.main) {
  const { fired, fault } = fuzzWindows(Number(process.argv[2] ?? 2000), Number(process.argv[3] ?? 1));
  console.log(`${fired} fired`);
  if (fault !== null) {
    console.error(fault);
    process.exitCode = 1;
  }
}
