/** Logs that come while bekci runs are found without configuration, and none is read twice. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { removeFolder } from '../test/labs/remove-folder.ts';
import { silentLog } from './kit/log.ts';
import type { Discovered } from './sources/discover.ts';
import { createTail } from './sources/file/tail.ts';
import { createJournald } from './sources/journald.ts';
import { newSources } from './sources-in-use.ts';

const folder = mkdtempSync(join(tmpdir(), 'bekci-found-'));
afterAll(() => removeFolder(folder));
const context = { log: silentLog, now: Date.now };

function log(name: string, program: string | null = null, problem: string | null = null): Discovered {
  const path = join(folder, name);
  writeFileSync(path, '');
  return { type: 'file', path, program, problem };
}
const tail = (path: string) => createTail({ path, program: null, timezone: null, from: 'end' }, context);
const names = (found: readonly Discovered[], ...present: Parameters<typeof newSources>[0][number][]) =>
  newSources(present, Date.now() - 60_000, context, found).map(({ ref }) => ref.id.slice(`file:${folder}/`.length));

it('takes what is not read yet and can be read', () => {
  const auth = log('auth.log');
  const locked = log('kern.log', null, 'no permission');
  expect(names([log('syslog'), auth, locked], tail(join(folder, 'syslog')))).toEqual(['auth.log']);
});

it('takes only web logs beside the journal, which says all else', () => {
  const journal = createJournald({ command: ['journalctl'], units: [] }, context);
  expect(names([log('auth.log'), log('access.log', 'nginx')], journal)).toEqual(['access.log']);
});
