/** `bekci install` and `bekci uninstall`. */
import { isAbsolute, join, resolve } from 'node:path';
import { VERSION } from '../daemon.ts';
import type { Step } from '../install/disk.ts';
import { install as putInPlace } from '../install/install.ts';
import { HOME } from '../install/places.ts';
import { uninstall as takeAway } from '../install/uninstall.ts';
import { fail } from '../kit/errors.ts';
import { escapeControls } from '../kit/text.ts';
import { colours } from './output.ts';

interface Options {
  readonly root?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Installs as a service, or says what would be done. */
export async function install(options: Options & { readonly start?: boolean }): Promise<void> {
  const [root, told] = [rootOf(options), createTeller(options)];
  const result = await putInPlace(
    {
      source: join(import.meta.dirname, '..', '..'),
      node: process.execPath,
      version: VERSION,
      root,
      dryRun: options.dryRun === true,
      start: options.start !== false,
    },
    told.tell,
  );
  told.end({ ...result });
  if (options.json === true || options.dryRun === true || root !== '/') return;
  console.log(
    '\nIt observes and blocks nobody yet. Next: bekci doctor; then `mode: enforce` in /etc/bekci/bekci.yaml.',
  );
}

/** Takes away what install wrote. */
export async function uninstall(options: Options & { readonly purge?: boolean }): Promise<void> {
  const [root, told] = [rootOf(options), createTeller(options)];
  const removed = await takeAway({ root, dryRun: options.dryRun === true, purge: options.purge === true }, told.tell);
  told.end({ removed });
}

function rootOf(options: Options): string {
  if (options.root === undefined) return '/';
  if (options.root === '') fail('INSTALL_USAGE', { message: '--root takes a folder' });
  return isAbsolute(options.root) ? options.root : resolve(options.root);
}

/** Prints each step; the program's own thousand files are one line for people. */
function createTeller(options: Options): { tell(step: Step): void; end(sums: Record<string, number>): void } {
  const program = new Map<string, number>();
  const show = (what: string, text: string, note: string): void =>
    console.log(`${what.padEnd(7)} ${escapeControls(text)}  ${colours.dim(`(${escapeControls(note)})`)}`);
  return {
    tell(step) {
      if (options.json === true) console.log(JSON.stringify({ type: 'step', ...step }));
      else if (step.what.startsWith(`${HOME}/`)) program.set(step.do, (program.get(step.do) ?? 0) + 1);
      else show(step.do, step.what, step.do === 'keep' || step.do === 'skip' ? step.note : `undo: ${step.note}`);
    },
    end(sums) {
      if (options.json === true) {
        console.log(JSON.stringify({ type: 'summary', dryRun: options.dryRun === true, ...sums }));
        return;
      }
      for (const [what, count] of program) show(what, `${HOME}: ${count} files and folders`, 'undo: bekci uninstall');
      const text = Object.entries(sums).map(([name, count]) => `${count} ${name}`);
      console.log(`${options.dryRun === true ? 'nothing was changed; it would be: ' : ''}${text.join(', ')}`);
    },
  };
}
