/** The skeleton that `new decoder` writes works as it stands, in a copy of the sources. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { removeFolder } from '../../test/labs/remove-folder.ts';
import { writeDecoder } from './new-decoder.ts';

const root = mkdtempSync(join(tmpdir(), 'bekci-new-'));
afterAll(() => removeFolder(root));

const SCRIPT = `
  import { createDecode } from './src/decoders/decode.ts';
  const decode = createDecode({ timezone: 'UTC', program: 'my-program' });
  for (const line of ['Failed login of bob from 203.0.113.7', 'Failed login of bob from 198.51.100.99 from 203.0.113.7'])
    console.log(decode.decode('2026-11-24 08:00:00 ERROR ' + line, Date.now())?.fields['source.ip']);
`;

it('writes a decoder that reads its own samples, once', () => {
  cpSync(join(import.meta.dirname, '../decoders'), join(root, 'src/decoders'), { recursive: true });
  for (const folder of ['kit', 'model'])
    cpSync(join(import.meta.dirname, '..', folder), join(root, 'src', folder), { recursive: true });
  expect(writeDecoder(root, 'my-program')).toHaveLength(3);
  const done = spawnSync(process.execPath, ['--input-type=module', '-e', SCRIPT], { cwd: root, encoding: 'utf8' });
  expect(done.stderr).toBe('');
  expect(done.stdout).toBe('203.0.113.7\n203.0.113.7\n');
  expect(() => writeDecoder(root, 'my-program')).toThrow(/there already/);
  expect(() => writeDecoder(root, '../x')).toThrow(/no decoder name/);
});
