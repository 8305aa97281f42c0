/** `bekci rules ...` as a person types it: each verb, its JSON, its exit code. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { detectionId } from '../../src/engine/detection-id.ts';
import type { Detection } from '../../src/model/detection.ts';
import { openStore } from '../../src/store/sqlite/sqlite-store.ts';
import { removeFolder } from '../labs/remove-folder.ts';

// Each test starts the program several times.
vi.setConfig({ testTimeout: 120_000 });

const BEKCI = join(import.meta.dirname, '../../tools/bekci');
let folder: string;
let config: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bekci-rules-'));
  mkdirSync(join(folder, 'state'));
  config = file(
    'bekci.yaml',
    `state_dir: ${join(folder, 'state')}\nsources: [{type: file, path: ${join(folder, 'auth.log')}}]\nrules: {overrides: {su_failures: {enabled: false}, ssh_bruteforce: {threshold: 3}}}\n`,
  );
});
afterAll(() => removeFolder(folder));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function bekci(...args: string[]): { stdout: string; stderr: string; status: number | null } {
  return spawnSync(BEKCI, args, {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', BEKCI_CONFIG: config },
    cwd: folder,
    timeout: 60_000,
  });
}

const json = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const ODD = `title: Odd
id: 6b8d4f0a-0000-4000-8000-000000000001
logsource: {category: webserver}
detection:
  s: {url.path|re: '.*x.*', made.up: 1}
  condition: s
---
title: Forged
id: 6b8d4f0a-0000-4000-8000-000000000002
tags: [attack.t1190]
falsepositives: [none]
logsource: {product: linux, service: sshd}
detection:
  s: {message|contains: 'Failed password'}
  condition: s
bekci: {action: ban}
---
title: Elsewhere
id: 6b8d4f0a-0000-4000-8000-000000000003
tags: [attack.t1190]
falsepositives: [none]
logsource: {product: windows, category: process_creation}
detection:
  s: {CommandLine|contains: whoami}
  condition: s
---
title: Nobody
id: 6b8d4f0a-0000-4000-8000-000000000004
tags: [attack.t1190]
falsepositives: [none]
correlation: {type: value_count, rules: [6b8d4f0a-0000-4000-8000-000000000003], group-by: [user.name], timespan: 5m, condition: {field: user.shoe.size, gte: 3}}
bekci: {action: ban}
`;

describe('check', () => {
  it('says what is odd with --lint, and is still content', () => {
    const path = file('odd.yml', ODD);
    expect(bekci('rules', 'check', path).stdout).toBe('1 of 1 files are right\n');
    const { stdout, status } = bekci('rules', 'check', '--lint', '--json', path);
    expect(status).toBe(0);
    const notes = (json(stdout)[0]!.notes as string[]).map((note) =>
      /:(\d+):\d+: .*\((LINT_\w+)\)$/.exec(note)?.slice(1).join(' '),
    );
    expect(notes).toEqual([
      '1 LINT_ATTACK',
      '1 LINT_FALSEPOSITIVES',
      '5 LINT_ANCHOR',
      '5 LINT_FIELD',
      '14 LINT_FORGED',
      '18 LINT_SOURCE',
      '27 LINT_NOBODY',
      '27 LINT_FIELD',
    ]);
  });
  it('with --here it is judged by this machine’s logs', () => {
    file('auth.log', 'Nov 24 03:00:00 web sshd[9]: Failed password for root from 203.0.113.7 port 22 ssh2\n');
    const path = file('here.yml', ODD);
    const { stdout, stderr } = bekci('rules', 'check', '--here', path);
    expect(stderr).toContain('1 logs, 1 lines');
    expect(stdout).toContain('none of this machine’s logs gave events of the log source webserver');
    expect(stdout).not.toContain('source linux/sshd');
  });
});

describe('list', () => {
  it('chooses by level, tag, log source and action', () => {
    const names = (...args: string[]): unknown[] => json(bekci('rules', 'list', '--json', ...args).stdout);
    const all = names();
    const chosen = names('--level', 'critical', '--action', 'ban');
    expect(chosen.length).toBeGreaterThan(0);
    expect(chosen.length).toBeLessThan(all.length);
    for (const each of chosen)
      expect(each).toMatchObject({ level: 'critical', action: 'ban', enabled: true, hits: 0, lastHit: null });
    for (const each of names('--tag', 't1110.003') as { tags: string[] }[])
      expect(each.tags).toContain('attack.t1110.003');
    for (const each of names('--logsource', 'webserver', '--cost') as { costMicros: number }[])
      expect(each.costMicros).toBeGreaterThan(0);
  });
  it('lists what is switched off', () => {
    expect(json(bekci('rules', 'list', '--off', '--json').stdout)).toMatchObject([
      { name: 'su_failures', enabled: false },
    ]);
  });
  it('says how often a rule spoke on this machine', () => {
    const id = 'e2b36d0a-556f-514e-afd9-8eae6be9c76d';
    const detection: Detection = {
      rule: {
        id,
        title: 'SSH brute force',
        level: 'high',
        tags: [],
        kind: 'correlation',
        action: 'ban',
        banSeconds: null,
      },
      at: Date.UTC(2026, 10, 24),
      entity: { 'source.ip': '203.0.113.7' },
      events: 5,
      evidence: [{ source: 's', generation: 'g', offset: 1 }],
      facts: {},
    };
    const store = openStore(join(folder, 'state/bekci.db'));
    store.commit({
      detections: [{ ...detection, id: detectionId(detection), lines: [] }],
      decisions: [],
      refusals: [],
      alerts: [],
      checkpoints: new Map(),
      state: new Map(),
    });
    store.close();
    const found = json(bekci('rules', 'list', '--json').stdout).find((each) => each.id === id);
    expect(found).toMatchObject({ hits: 1, lastHit: '2026-11-24T00:00:00.000Z' });
  });
});

describe('show', () => {
  it('a correlation: what it needs, does, rests on, its techniques and cases', () => {
    const shown = json(bekci('rules', 'show', 'ssh_bruteforce', '--json').stdout)[0]!;
    expect(shown).toMatchObject({
      techniques: [{ id: 'T1110.001', name: 'Brute Force: Password Guessing' }],
      needs: [{ logsource: 'linux/sshd', fields: ['event.action', 'event.outcome'] }],
      restsOn: ['ssh_login_failure'],
      overridden: true,
      does: 'event_count ≥ 3 within 10 min, per source.ip; then it bans the address for 10 min, longer each time',
    });
    expect((shown.cases as { fires: string[] }).fires.length).toBeGreaterThan(0);
  });
  it('in Turkish too, for people', () => {
    const path = file('tr.yaml', 'language: tr\n');
    expect(bekci('rules', 'show', 'web_sql_injection', '-c', path).stdout).toContain('eşleşen tek olay');
  });
  it('one that is switched off, and one that is not there', () => {
    expect(bekci('rules', 'show', 'su_failures').stdout).toContain('switched off');
    const none = bekci('rules', 'show', 'nonsuch');
    expect([none.status, none.stderr]).toEqual([2, expect.stringContaining('nonsuch')]);
  });
});

const LINE = '198.51.100.4 - - [24/Nov/2026:08:00:00 +0000] "GET /gizmo/login HTTP/1.1" 403 15 "-" "x"';

describe('new and test', () => {
  it('a rule made from a line speaks about it, and its cases pass', () => {
    const made = bekci('rules', 'new', '--name', 'gizmo_refused', '--dir', 'mine', '--from-line', LINE);
    expect([made.status, made.stderr]).toEqual([0, '']);
    const strict = bekci('rules', 'test', 'mine', '--strict');
    expect([strict.status, strict.stdout]).toEqual([0, '3 of 3 cases passed\n']);
    expect(bekci('rules', 'test', 'mine/gizmo_refused.yml').stdout).toBe('3 of 3 cases passed\n');
    expect(bekci('rules', 'test', 'mine/gizmo_refused.cases.yml').stdout).toBe('3 of 3 cases passed\n');
    expect(bekci('rules', 'check', '--lint', 'mine').stdout).toBe('1 of 1 files are right\n');
    const again = bekci('rules', 'new', '--name', 'gizmo_refused', '--dir', 'mine', '--from-line', LINE);
    expect([again.status, again.stderr]).toEqual([2, expect.stringContaining('there already')]);
  });
  it('one that no decoder knows more of is found by its words', () => {
    const line = 'Nov 24 03:00:00 web gizmod[9]: payment* refused for order 55';
    expect(bekci('rules', 'new', '--name', 'refused', '--dir', 'words', '--from-line', line).status).toBe(0);
    expect(bekci('rules', 'test', 'words', '--strict').status).toBe(0);
  });
  it('a case that fails says which, what and why', () => {
    mkdirSync(join(folder, 'wrong'));
    writeFileSync(join(folder, 'wrong/a.yml'), readFileSync(join(folder, 'mine/gizmo_refused.yml')));
    file(
      'wrong/a.cases.yml',
      `cases:\n  - name: too few\n    lines: ['${LINE}']\n    fires: {gizmo_refused_repeated: 198.51.100.4}\n  - name: blamed\n    lines: ['${LINE}']\n    times: 5\n    innocent: [198.51.100.4]\n    silent: [gizmo_refused_repeated]\n  - name: no such rule\n    lines: [nothing to read]\n    fires: {nonsuch: x}\n`,
    );
    const { stdout, status } = bekci('rules', 'test', 'wrong', '--json');
    expect(status).toBe(1);
    expect(json(stdout).map((each) => [each.name, each.ok, each.faults])).toEqual([
      ['too few', false, ['gizmo_refused_repeated does not speak']],
      [
        'blamed',
        false,
        ['gizmo_refused_repeated speaks and must not', '198.51.100.4 is blamed by Gizmo refused, again and again'],
      ],
      ['no such rule', false, ['no decoder understands: nothing to read', 'there is no rule nonsuch']],
      [undefined, undefined, undefined],
    ]);
  });
  it('no cases, or a file of cases that is none', () => {
    mkdirSync(join(folder, 'bare'));
    file('bare/a.yml', ODD);
    expect(bekci('rules', 'test', 'bare').status).toBe(1);
    file('bare/a.cases.yml', 'cases:\n  - nme: x\n');
    const { status, stderr } = bekci('rules', 'test', 'bare');
    expect([status, stderr]).toEqual([2, expect.stringMatching(/a\.cases\.yml: cases\.0/)]);
  });
});

describe('coverage', () => {
  it('claims only what a passing case shows', () => {
    mkdirSync(join(folder, 'unproved'));
    file('unproved/a.yml', ODD);
    const layer = JSON.parse(bekci('rules', 'coverage', '--layer', '-').stdout) as {
      versions: { layer: string };
      domain: string;
      techniques: { techniqueID: string; score: number }[];
    };
    expect(layer).toMatchObject({ versions: { layer: '4.5' }, domain: 'enterprise-attack' });
    expect(layer.techniques.map((each) => each.techniqueID)).toContain('T1110.001');
    const odd = JSON.parse(bekci('rules', 'coverage', 'unproved', '--layer', '-').stdout) as {
      techniques: unknown[];
    };
    expect(odd.techniques).toEqual([]);
    expect(bekci('rules', 'coverage').stdout).toMatch(/Brute Force: Password Guessing\s+\d+/);
  });
});

it('a scan passes over no line that a rule about its fields asks for', () => {
  const rule = file(
    'session.yml',
    'title: Session of alice\nid: s1\nlogsource: {product: linux, service: pam}\ndetection:\n  s: {user.name: alice}\n  condition: s\n',
  );
  const log = file(
    'sessions.log',
    'Nov 24 10:00:00 web cron[12]: pam_unix(cron:session): session opened for user alice(uid=1000) by (uid=0)\n',
  );
  expect(json(bekci('scan', log, '--rules', rule, '--json').stdout)[0]).toMatchObject({
    type: 'detection',
    rule: { id: 's1' },
  });
});

it('a scan passes over no line that holds the keyword of a rule', () => {
  const rule = file(
    'keyword.yml',
    [
      'title: Session of a service',
      'id: 11111111-2222-4333-8444-555555555555',
      'logsource: {product: linux}',
      "detection: {keywords: ['BY (uid=0)'], condition: keywords}",
      'level: high',
      '',
    ].join('\n'),
  );
  const log = file(
    'keyword.log',
    [
      'Nov 24 10:00:00 web sshd[12]: pam_unix(sshd:session): session opened for user alice(uid=1000) by (uid=0)',
      'Nov 24 10:00:01 web sshd[12]: pam_unix(sshd:session): session closed for user alice',
      'Nov 24 10:00:02 web dockerd[7]: started by (uid=0) at last',
      '',
    ].join('\n'),
  );
  const found = json(bekci('scan', log, '--rules', rule, '--json').stdout).filter(({ type }) => type === 'detection');
  expect(found.map(({ entity }) => entity)).toEqual([{ 'user.name': 'alice' }, { 'host.hostname': 'web' }]);
});
