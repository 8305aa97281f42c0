/** In a process of its own, as the tests' own loader is another. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('zod comes with the messages of one language', () => {
  const script = `
    await import(${JSON.stringify(join(import.meta.dirname, 'lean-modules.ts'))});
    const { locales, z } = await import('zod');
    console.log(JSON.stringify([Object.keys(locales), z.string().safeParse(1).error.issues[0].message]));`;
  const out = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  expect(JSON.parse(out)).toEqual([['default'], expect.stringContaining('expected string')]);
});
