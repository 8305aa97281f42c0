#!/usr/bin/env node
/** The program's entry: caches compiled modules, then hands the arguments to the command line. */
import { enableCompileCache } from 'node:module';
import './kit/lean-modules.ts';

enableCompileCache();
const { runCli } = await import('./cli/cli.ts');
await runCli(process.argv);
