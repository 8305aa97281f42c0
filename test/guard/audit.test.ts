/** The audit: everything that is done is in it, with who did it, and whoever changes the record is seen. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import { type Daemon, startDaemon } from '../../src/daemon.ts';
import { flattened } from '../../src/note-start.ts';
import { openApiStore } from '../../src/store/sqlite/api/api-store.ts';
import { appendAudit, verifyAudit } from '../../src/store/sqlite/api/audit.ts';
import { createSql } from '../../src/store/sqlite/api/sql.ts';
import { openDatabase } from '../../src/store/sqlite/database.ts';
import { removeFolder } from '../labs/remove-folder.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const folders: string[] = [];
let daemon: Daemon | null = null;
afterEach(async () => {
  await daemon?.stop();
  daemon = null;
  for (const folder of folders.splice(0)) removeFolder(folder);
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bekci-audit-'));
  folders.push(folder);
  return folder;
}

describe('the chain', () => {
  function written(rows: number, who = 'admin'): { path: string; head: string } {
    const path = join(newFolder(), 'bekci.db');
    const store = openApiStore(path);
    for (let n = 0; n < rows; n++)
      store.addAudit({
        at: n,
        who,
        address: null,
        action: 'users.add',
        target: `u${n}`,
        detail: '',
        ok: true,
      });
    const { head } = store.verifyAudit();
    store.close();
    return { path, head: head! };
  }

  function tampered(path: string, sql: string, noted?: string): unknown {
    const db = new DatabaseSync(path);
    db.exec(sql);
    db.close();
    const store = openApiStore(path, { readOnly: true });
    const { fault, brokenAt } = store.verifyAudit(noted);
    store.close();
    return [fault, brokenAt];
  }

  it('is whole after it was written', () => {
    const { path, head } = written(20);
    const store = openApiStore(path);
    expect(store.verifyAudit(head)).toMatchObject({ rows: 20, unsealed: 0, fault: null, head });
    store.addAudit({ at: 0, who: 'x', address: null, action: 'a', target: '', detail: '', ok: false });
    // What was noted before is still in it.
    expect(store.verifyAudit(head)).toMatchObject({ rows: 21, fault: null });
    store.close();
  });

  it.each([
    ['a changed word', `UPDATE api_audit SET who = 'nobody' WHERE id = 7`, ['changed', 7]],
    ['a changed outcome', 'UPDATE api_audit SET ok = 0 WHERE id = 1', ['changed', 1]],
    ['a missing row', 'DELETE FROM api_audit WHERE id = 7', ['gap', 8]],
    ['a missing beginning', 'DELETE FROM api_audit WHERE id <= 7', ['gap', 8]],
    ['a missing end', 'DELETE FROM api_audit WHERE id > 15', ['cut', 15]],
    ['everything gone', 'DELETE FROM api_audit', ['cut', null]],
    [
      'a row that was slipped in',
      `INSERT INTO api_audit VALUES (21, 1, 'x', NULL, 'a', '', '', 1, '', '')`,
      ['gap', 21],
    ],
    ['a blanked beginning', `UPDATE api_audit SET hash = '', prev = '' WHERE id < 5`, ['gap', 5]],
    [
      'two rows swapped',
      `UPDATE api_audit SET target = CASE id WHEN 3 THEN 'u3' ELSE 'u2' END WHERE id IN (3, 4)`,
      ['changed', 3],
    ],
  ])('shows %s', (_what, sql, expected) => {
    expect(tampered(written(20).path, sql)).toEqual(expected);
  });

  it('shows by a noted seal that all of it was written anew', () => {
    const { path } = written(20);
    const { head } = written(3, 'somebody');
    expect(tampered(path, 'SELECT 1', head)).toEqual(['unknown-head', 20]);
  });

  it('lets old rows go and stays whole', () => {
    const db = openDatabase(':memory:');
    const sql = createSql(db);
    for (let n = 0; n < 25; n++)
      appendAudit(sql, { at: n, who: 'x', address: null, action: 'a', target: `${n}`, detail: '', ok: true }, 10);
    expect(verifyAudit(sql)).toMatchObject({ rows: 10, fault: null });
    sql.run('DELETE FROM api_audit WHERE id = 16');
    expect(verifyAudit(sql)).toMatchObject({ fault: 'gap', brokenAt: 17 });
    db.close();
  });

  it('takes in rows of a version that sealed nothing', () => {
    const path = join(newFolder(), 'bekci.db');
    openApiStore(path).close();
    const db = new DatabaseSync(path);
    db.exec(
      `INSERT INTO api_audit (at, who, action, target, detail, ok) VALUES (1, 'a', 'b', '', '', 1), (2, 'a', 'b', '', '', 1)`,
    );
    db.close();
    const store = openApiStore(path);
    store.addAudit({ at: 3, who: 'x', address: null, action: 'a', target: '', detail: '', ok: true });
    expect(store.verifyAudit()).toMatchObject({ rows: 3, unsealed: 2, fault: null });
    store.close();
  });
});

it('tells a change of every setting and of no secret', () => {
  const flat = flattened({
    a: { b: 1, list: ['x', 'y'] },
    notifiers: [{ type: 'slack', webhook: 'https://hooks.example/T/S', password: 'p' }],
    responders: [{ headers: { authorization: 'Bearer abc' }, url: 'https://u:p@example.org' }],
  });
  expect(flat['a.b']).toBe('1');
  expect(flat['a.list']).toBe('["x","y"]');
  expect(JSON.stringify(flat)).not.toMatch(/hooks|Bearer|u:p@|"p"/);
});

describe('a daemon', () => {
  async function start(folder: string, extra: string): Promise<Daemon> {
    const text = `state_dir: ${folder}\nhttp: {enabled: false}\nsources: [{type: file, path: ${join(folder, 'auth.log')}, from: start}]\n${extra}`;
    writeFileSync(join(folder, 'bekci.yaml'), text);
    daemon = await startDaemon({ config: parseConfig(text, 'bekci.yaml'), log: () => {} });
    return daemon;
  }
  const cli = (folder: string, ...args: string[]) =>
    spawnSync(join(ROOT, 'tools', 'bekci'), [...args, '-c', join(folder, 'bekci.yaml')], {
      encoding: 'utf8',
      env: { ...process.env, SUDO_USER: 'murat' },
    });
  const run = (folder: string, ...args: string[]): Promise<string> =>
    new Promise((resolve) => {
      // The daemon lives in this process: it must be able to answer.
      void import('node:child_process').then(({ execFile }) =>
        execFile(
          join(ROOT, 'tools', 'bekci'),
          [...args, '-c', join(folder, 'bekci.yaml')],
          { env: { ...process.env, SUDO_USER: 'murat' } },
          (_error, stdout, stderr) => resolve(stdout + stderr),
        ),
      );
    });

  it('notes what rules, the command line and the configuration did, and who', { timeout: 120_000 }, async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'auth.log'), '');
    let running = await start(
      folder,
      'decisions: {ban: 10m}\nnotifiers: [{type: slack, webhook: "https://a.example/SECRET1"}]',
    );
    const now = new Date().toISOString();
    for (let n = 0; n < 8; n++)
      appendFileSync(
        join(folder, 'auth.log'),
        `${now} web sshd[9]: Failed password for root from 203.0.113.7 port 22 ssh2\n`,
      );
    await expect.poll(() => running.handle.status().activeDecisions, { timeout: 30_000 }).toBeGreaterThan(0);
    expect(await run(folder, 'decisions', 'add', '198.51.100.9', '--reason', 'abuse')).toContain('198.51.100.9');
    await run(folder, 'decisions', 'add', '127.0.0.1');
    await run(folder, 'decisions', 'delete', '198.51.100.9');
    await run(folder, 'panic');
    await running.stop();
    running = await start(
      folder,
      'decisions: {ban: 20m}\nnotifiers: [{type: slack, webhook: "https://a.example/SECRET2"}]',
    );
    await running.stop();
    daemon = null;
    const listed = cli(folder, 'audit', 'list', '--json').stdout;
    const rows = listed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .reverse();
    const brief = rows.map(
      ({ who, action, target, ok }) => `${String(who).replace(/:.*-.*/, ':ID')} ${action} ${target} ${ok}`,
    );
    expect(brief).toEqual([
      'system daemon.start 0.1.0 true',
      'rule:ID decisions.observe 203.0.113.7 true',
      'cli:murat decisions.add 198.51.100.9 true',
      'cli:murat decisions.add 127.0.0.1 false',
      'cli:murat decisions.delete 198.51.100.9 true',
      'cli:murat panic  true',
      'system daemon.stop 0.1.0 true',
      'system daemon.start 0.1.0 true',
      'system config.change decisions.ban true',
      'system config.change notifiers.0.webhook true',
      'system daemon.stop 0.1.0 true',
    ]);
    expect(listed).toContain('600 → 1200');
    expect(listed).not.toContain('SECRET');
    expect(
      cli(folder, 'audit', 'list', '--actor', 'cli:murat', '--since', '1h').stdout.trim().split('\n'),
    ).toHaveLength(4);
    expect(cli(folder, 'audit', 'list', '--target', '198.51.100.9').stdout.trim().split('\n')).toHaveLength(2);
    const whole = cli(folder, 'audit', 'verify');
    expect([whole.status, whole.stdout]).toEqual([0, expect.stringContaining('whole: 11 rows')]);
    const db = new DatabaseSync(join(folder, 'bekci.db'));
    db.exec(`UPDATE api_audit SET who = 'cli:ayse' WHERE action = 'panic'`);
    db.close();
    expect(cli(folder, 'doctor').stdout).toContain('says something else than when it was written');
    const broken = cli(folder, 'audit', 'verify', '--json');
    expect([broken.status, JSON.parse(broken.stdout)]).toEqual([
      1,
      expect.objectContaining({ ok: false, fault: 'changed' }),
    ]);
  });
});
