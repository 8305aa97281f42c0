#!/usr/bin/env node
// Prepares this checkout on any Node >= 20: fetches a newer Node when the machine's is old, and the dependencies.
// Plain JavaScript, no dependencies. Does nothing (in a few milliseconds) when all is in place.
//   node tools/setup.mjs [--dev]
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const RUNTIME = join(ROOT, '.runtime');
const WANTED_NODE = 26;
const MIN_NODE = 24;
const dev = process.argv.includes('--dev');

try {
  ensureNode();
  ensureDependencies();
  ensureLib();
} catch (error) {
  console.error(`\nbekci set-up failed: ${error.message}`);
  process.exit(1);
}

function ensureNode() {
  if (Number(process.versions.node.split('.')[0]) >= MIN_NODE) return;
  const target = join(RUNTIME, 'node');
  if (existsSync(join(target, 'bin', 'node'))) return;
  const name = `node-${process.platform}-${process.arch}`;
  step(
    `this machine has Node ${process.versions.node}, bekci runs on ${MIN_NODE} or newer: fetching ${name}@${WANTED_NODE} from the npm registry`,
  );
  mkdirSync(RUNTIME, { recursive: true });
  const scratch = mkdtempSync(join(RUNTIME, 'fetch-'));
  try {
    run(
      'npm',
      ['pack', '--silent', `${name}@${WANTED_NODE}`],
      scratch,
      `there may be no ready-made Node for ${process.platform}/${process.arch}: install Node ${MIN_NODE} or newer by hand and try again`,
    );
    const archive = readdirSync(scratch).find((file) => file.endsWith('.tgz'));
    if (archive === undefined) throw new Error(`npm pack left no archive of ${name}`);
    run('tar', ['xzf', archive], scratch, 'is tar installed?');
    rmSync(target, { recursive: true, force: true });
    renameSync(join(scratch, 'package'), target);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  const check = spawnSync(join(target, 'bin', 'node'), ['--version'], { encoding: 'utf8' });
  if (check.status !== 0) {
    rmSync(target, { recursive: true, force: true });
    throw new Error(
      `the fetched Node does not run here (${check.stderr || check.error?.message}); install Node ${MIN_NODE} or newer by hand`,
    );
  }
  step(`Node ${check.stdout.trim()} is ready`);
}

function ensureDependencies() {
  const modules = join(ROOT, 'node_modules');
  const stamp = join(modules, '.bekci-setup');
  const lock = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
  const have = existsSync(stamp) ? readFileSync(stamp, 'utf8').split(' ') : [];
  if (have[0] === lock && (!dev || have[1] === 'dev')) return;
  const all = dev || have[1] === 'dev';
  step(`installing dependencies${all ? ' and development tools' : ''}`);
  // Not `npm ci`: that refuses a lock file in which a platform's optional binary is unknown to the registry in use.
  run(
    'npm',
    [
      'install',
      '--no-save',
      '--no-fund',
      '--no-audit',
      '--ignore-scripts',
      '--loglevel=error',
      ...(all ? ['--include=dev'] : ['--omit=dev']),
    ],
    ROOT,
    'check the network or the npm registry setting and try again',
  );
  writeFileSync(stamp, `${lock} ${all ? 'dev' : 'run'}`);
  step('set-up done');
}

/** lib/ is src/ as Node runs it soonest. The program runs from src/ where it is missing or old. */
function ensureLib() {
  const built = join(ROOT, 'lib', '.built');
  const since = existsSync(built) ? statSync(built).mtimeMs : 0;
  const isFresh = readdirSync(join(ROOT, 'src'), { recursive: true }).every(
    (name) => statSync(join(ROOT, 'src', name)).mtimeMs <= since,
  );
  if (isFresh) return;
  step('preparing the program');
  run(join(ROOT, 'tools', 'node'), [join('tools', 'build-lib.mjs')], ROOT, 'is the disk full?');
}

function run(command, args, cwd, hint) {
  const done = spawnSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  if (done.error !== undefined) throw new Error(`cannot start ${command}: ${done.error.message}`);
  if (done.status !== 0) throw new Error(`${command} ${args[0]} ended with ${done.status ?? done.signal}; ${hint}`);
}

function step(text) {
  console.error(`[set-up] ${text}`);
}
