/** `bekci new decoder NAME`: a program's file, its samples and its line in the list, ready to be filled in. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../kit/errors.ts';
import { createWriter } from './output.ts';

const FOLDER = 'src/decoders/programs/apps';
const LIST = 'src/decoders/all-programs.ts';
const LIST_START = 'export const declaredPrograms: readonly DeclaredProgram[] = [\n';

/** Writes the skeleton below a checkout and tells what was written. */
export async function newDecoder(name: string, options: { readonly root?: string }): Promise<void> {
  const root = options.root ?? join(import.meta.dirname, '../..');
  const out = createWriter();
  for (const path of writeDecoder(root, name)) out.line(path);
  out.line('Fill in the messages and samples, then: tools/node node_modules/vitest/vitest.mjs run src/decoders');
  out.flush();
}

/** Writes the three pieces; the paths written, relative to the root. Throws AppError for a name that is taken or none. */
export function writeDecoder(root: string, name: string): string[] {
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name))
    fail('USAGE_NAME', { message: `\`${name}\` is no decoder name`, hint: 'write it in kebab-case: my-program' });
  const listPath = join(root, LIST);
  if (!existsSync(listPath))
    fail('USAGE_CHECKOUT', {
      message: `${root} is no checkout of bekci`,
      hint: 'run it in one, or name it with --root',
    });
  const program = `${FOLDER}/${name}.ts`;
  const samples = `${FOLDER}/${name}.samples.yaml`;
  const list = readFileSync(listPath, 'utf8');
  const exported = name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  if (existsSync(join(root, program)) || list.includes(`  ${exported},\n`))
    fail('USAGE_NAME', { message: `the decoder ${name} is there already`, hint: `see ${program}` });
  writeFileSync(join(root, program), programFile(name, exported));
  writeFileSync(join(root, samples), samplesFile(name));
  writeFileSync(listPath, listed(list, name, exported));
  return [program, samples, LIST];
}

function listed(list: string, name: string, exported: string): string {
  const line = `import { ${exported} } from './programs/apps/${name}.ts';\n`;
  const first = list.indexOf('import { type DeclaredProgram');
  const after = list.indexOf('\n', first) + 1;
  return `${list.slice(0, after)}${line}${list.slice(after)}`.replace(LIST_START, `${LIST_START}  ${exported},\n`);
}

function programFile(name: string, exported: string): string {
  return `/** ${name}: what it logs about a login. Say here where its texts come from. */
import { defineProgram } from '../../message/program.ts';

/** ${name}. Slots and optional parts: docs/guides/decoders.md. */
export const ${exported} = defineProgram({
  name: '${name}',
  fail: ['{pre}Failed login of {user} from {ip}'],
  ok: ['{pre}Successful login of {user} from {ip}'],
});
`;
}

function samplesFile(name: string): string {
  return `samples:
  - line: '2026-11-24 08:00:00 ERROR Failed login of bob from 203.0.113.7'
    program: ${name}
    fields: { event.outcome: failure, source.ip: 203.0.113.7, user.name: bob }
  - line: '2026-11-24 08:00:00 INFO Started'
    program: ${name}
    fields: { event.outcome: null }
hostile:
  - line: '2026-11-24 08:00:00 ERROR Failed login of bob from 198.51.100.99 from 203.0.113.7'
    program: ${name}
    fields: { source.ip: 203.0.113.7 }
`;
}
