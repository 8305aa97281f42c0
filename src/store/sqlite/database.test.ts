/** A store that cannot be opened says what to do about just that. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { removeFolder } from '../../../test/labs/remove-folder.ts';
import type { AppError } from '../../kit/errors.ts';
import { openDatabase } from './database.ts';

const folder = mkdtempSync(join(tmpdir(), 'bekci-database-'));
afterAll(() => removeFolder(folder));

function faultOf(path: string): AppError | null {
  try {
    openDatabase(path).close();
    return null;
  } catch (error) {
    return error as AppError;
  }
}

it('damaged: which files to move aside, and what that costs', () => {
  const path = join(folder, 'bekci.db');
  writeFileSync(path, 'this was a database once, before the disk went bad');
  const fault = faultOf(path);
  expect(fault?.code).toBe('STORE_OPEN');
  expect(fault?.hint).toContain(`${path}-wal`);
});

it('no folder can be made: where it is looked for', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(faultOf(join(folder, 'file', 'bekci.db'))?.hint).toContain('state_dir');
});
