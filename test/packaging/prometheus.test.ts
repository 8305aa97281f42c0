/** What Prometheus is given: an exposition it accepts, and alerts that ask only for metrics there are. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { renderMetrics } from '../../src/api/metrics.ts';
import type { Status } from '../../src/engine/handle.ts';
import { openRoom } from '../api/room.ts';

const RULES = join(import.meta.dirname, '..', '..', 'packaging', 'prometheus', 'bekci.rules.yml');
const DASHBOARD = join(import.meta.dirname, '..', '..', 'packaging', 'grafana', 'bekci.json');
const noPromtool = spawnSync('promtool', ['--version']).status !== 0;
if (noPromtool) console.log('skipped in part: promtool is not installed (package prometheus)');

const status: Status = {
  version: '1.0.0',
  mode: 'enforce',
  disarmed: null,
  trialLeft: null,
  pageProblem: null,
  pid: 1,
  startedAt: 1_764_000_000_000,
  now: 1_764_000_060_000,
  healthy: false,
  problems: ['x'],
  warnings: [],
  alarms: [{ code: 'lost', subject: 's', values: {}, colour: 'red', since: 1 }],
  canary: {
    ...{ lastRunAt: 1_764_000_000_000, lastSuccessAt: 1_764_000_000_000, latencyMs: 12.5, stoppedAt: 'door' },
    ...{ problem: null, failures: 1, firewall: true },
  },
  lines: 10,
  decoded: 9,
  detections: 1,
  faults: 0,
  linesPerSecond: 1,
  activeDecisions: 1,
  sources: [
    {
      // Whatever a path may hold must come out as one label.
      id: 'file:/var/log/a"b\\c\nd.log',
      state: 'reading',
      lag: 4,
      rotations: 1,
      truncated: 0,
      problem: null,
      lines: 10,
      decoded: 9,
      told: 8,
      lastEventAt: 1_764_000_000_500,
      clockSkewMs: null,
      decodedShare: 0.9,
      lagSeconds: 1.5,
      linesEver: 100,
      counts: { dropped: 3, kernelDropped: 0 },
      levels: { connections: 2 },
    },
  ],
  enforcers: [],
  store: { detections: 1, decisions: 1, alertsWaiting: 0, alertsDead: 0 },
  detectors: { rules: 60 },
  responders: { 'nftables:bekci': { dropped_packets: 5, dropped_bytes: 300, 'dropped_packets:banned4': 5 } },
  notifiers: {},
  alerts: { sent: 2, failed: 1 },
  unwritten: 0,
  storeWrites: true,
  storeProblem: null,
  unsettled: { pending: 1, oldest: 'x', failed: 0 },
  caps: [{ cap: 'rate', limit: 600, used: 3, refused: 2, lastAt: null }],
  proxies: [],
  stopped: {},
  clockJumps: 0,
  mended: { applied: 0, revoked: 0 },
  rssBytes: 1,
};

/** Name to type, by the text format's own rules; throws at the first line that breaks one. */
function parseStrictly(page: string): Map<string, string> {
  expect(page.endsWith('\n')).toBe(true);
  const types = new Map<string, string>();
  const seen = new Set<string>();
  let current = '';
  for (const line of page.trimEnd().split('\n')) {
    const head = /^# (HELP|TYPE) ([a-z_][a-z0-9_]*) (.+)$/.exec(line);
    if (head !== null) {
      if (head[1] === 'TYPE') types.set(head[2]!, head[3]!);
      else expect(types.has(head[2]!), `${head[2]} twice`).toBe(false);
      current = head[2]!;
      continue;
    }
    const sample =
      /^([a-z_][a-z0-9_]*)(\{[a-z_][a-z0-9_]*="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z_][a-z0-9_]*="(?:[^"\\\n]|\\["\\n])*")*\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/.exec(
        line,
      );
    expect(sample, line).not.toBeNull();
    expect(sample![1]).toBe(current);
    expect(seen.has(sample![1]! + (sample![2] ?? '')), line).toBe(false);
    seen.add(sample![1]! + (sample![2] ?? ''));
    expect(sample![1]!.endsWith('_total'), line).toBe(types.get(current) === 'counter');
  }
  return types;
}

it('is a page that a strict reader takes', () => {
  const types = parseStrictly(renderMetrics(status));
  expect(types.get('bekci_dropped_packets_total')).toBe('counter');
  expect(types.size).toBeGreaterThan(30);
});

it('asks in its alerts only for metrics there are', () => {
  const known = parseStrictly(renderMetrics(status));
  const asked = [...readFileSync(RULES, 'utf8').matchAll(/expr:.*/g)].flatMap(
    (line) => line[0].match(/bekci_\w+/g) ?? [],
  );
  expect(asked.length).toBeGreaterThan(10);
  expect(asked.filter((name) => !known.has(name))).toEqual([]);
});

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

it('draws in its dashboard only metrics there are, and each label it groups by', () => {
  const page = renderMetrics(status);
  const known = parseStrictly(page);
  const { panels } = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as { panels: readonly Panel[] };
  const exprs = panels.flatMap((panel) => (panel.targets ?? []).map((each) => each.expr));
  expect(exprs.length).toBeGreaterThan(30);
  const asked = exprs.flatMap((expr) => expr.match(/\b(?:bekci|process)_\w+/g) ?? []);
  expect(asked.filter((name) => !known.has(name))).toEqual([]);
  for (const expr of exprs) {
    const label = /by \((\w+)\)/.exec(expr)?.[1];
    const name = /(bekci_\w+)/.exec(expr)?.[1];
    if (label !== undefined) expect(page, expr).toMatch(new RegExp(`^${name}\\{[^}]*${label}="`, 'm'));
  }
});

it('asks and draws only what a real daemon says', { timeout: 60_000 }, async () => {
  const room = await openRoom();
  try {
    const known = parseStrictly(await (await fetch(`${room.base}/metrics`)).text());
    const text = readFileSync(DASHBOARD, 'utf8') + readFileSync(RULES, 'utf8');
    const asked = [...new Set(text.match(/\bbekci_\w+/g))];
    expect(asked.length).toBeGreaterThan(35);
    expect(asked.filter((name) => !known.has(name))).toEqual([]);
  } finally {
    await room.close();
  }
});

it('leaves no metric of bekci’s undrawn and unwatched, but for those that only inform', () => {
  const text = readFileSync(DASHBOARD, 'utf8') + readFileSync(RULES, 'utf8');
  const silent = [...parseStrictly(renderMetrics(status)).keys()].filter((name) => !text.includes(name));
  expect(silent).toEqual([
    'bekci_start_time_seconds',
    'bekci_lines_total',
    'bekci_decoded_lines_total',
    'bekci_source_decoded_total',
  ]);
});

it.skipIf(noPromtool)('is taken by promtool', () => {
  const page = spawnSync('promtool', ['check', 'metrics'], { input: renderMetrics(status), encoding: 'utf8' });
  expect(page.stderr + page.stdout).toBe('');
  const rules = spawnSync('promtool', ['check', 'rules', RULES], { encoding: 'utf8' });
  expect(rules.status, rules.stderr + rules.stdout).toBe(0);
});
