/** What became of bans and alerts is not forgotten while another process holds the store. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { removeFolder } from '../../test/labs/remove-folder.ts';
import { silentLog } from '../kit/log.ts';
import { openStore } from '../store/sqlite/sqlite-store.ts';
import type { DecisionRecord } from '../store/store.ts';
import { createPatientStore } from './patient-store.ts';

function decision(id: string): DecisionRecord {
  return {
    id,
    action: 'ban',
    ip: '203.0.113.7',
    at: 1,
    seconds: 60,
    expiresAt: 60_001,
    origin: 'cli',
    rule: null,
    detection: null,
    reason: 'test',
    offence: 0,
    state: 'pending',
    error: null,
    attempts: 0,
  };
}

it('keeps writes in order while the store is locked, and a lifted ban stays lifted', { timeout: 20_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'bekci-patient-'));
  const path = join(folder, 'bekci.db');
  const store = createPatientStore(openStore(path), silentLog);
  const other = new DatabaseSync(path);
  other.exec('BEGIN IMMEDIATE');
  store.addDecision(decision('d1'));
  store.setDecisionState([{ id: 'd1', state: 'revoked', error: null }]);
  // A confirmation that comes late does not bring it back.
  store.setDecisionState([{ id: 'd1', state: 'applied', error: null }]);
  expect(store.unwritten).toBe(3);
  expect(store.writeProblem()).toContain('locked');
  expect(store.decisions({})).toEqual([]);
  other.exec('COMMIT');
  expect(store.flushWrites()).toBe(true);
  expect(store.writeProblem()).toBe(null);
  expect(store.decisions({}).map((each) => each.state)).toEqual(['revoked']);
  other.close();
  store.close();
  removeFolder(folder);
});
