/** The rules' bench as the API asks for it: drafts checked, tried and run over the logs in a thread; rules of one's own kept as files. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchDesk } from './api/ports.ts';
import type { Config } from './config/schema.ts';
import { parseEach } from './detectors/sigma/parse.ts';
import { AppError, fail } from './kit/errors.ts';
import { createThreads } from './kit/thread.ts';
import type { SourceRef } from './model/line.ts';
import type { BenchTask, BenchWord } from './rule-bench-thread.ts';
import { createRuleCosts } from './rule-costs.ts';
import { logFilesOf } from './search/log-files.ts';

const NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const MAX_OWN = 500;
const MODULE = new URL('./rule-bench-thread.ts', import.meta.url);
/** Walks through the logs, and checks while somebody writes. */
const bench = createThreads<BenchTask, BenchWord>(MODULE, { most: 2, maxMs: 10 * 60_000, heapMb: 512 });
const tries = createThreads<BenchTask, BenchWord>(MODULE, { most: 4, maxMs: 60_000, heapMb: 512 });

/** Folder of the rules that people write on the page; made when it is not there. */
export function ownRulesFolder(stateDir: string): string {
  const folder = join(stateDir, 'rules');
  mkdirSync(folder, { recursive: true, mode: 0o750 });
  return folder;
}

/** The bench. `reload` runs the rules of a configuration from now on. */
export function createBench(
  sources: readonly SourceRef[],
  config: () => Config,
  folder: string,
  parts: {
    readonly now: () => number;
    reload(config: Config): void;
    /** Another object when other rules are in use. */
    inUse(): object;
  },
): BenchDesk {
  const fileOf = (name: string): string =>
    join(
      folder,
      `${NAME.test(name) ? name : fail('API_INPUT', { message: 'lower-case letters, digits, - and _' })}.yml`,
    );
  const names = (): string[] =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.yml') && NAME.test(name.slice(0, -4)))
      .map((name) => name.slice(0, -4))
      .sort();
  const draft = (text: string, name: string | null) => ({
    text,
    others: names()
      .filter((each) => each !== name)
      .map(fileOf),
    config: config(),
  });

  function tryOut(body: Parameters<BenchDesk['tryOut']>[0], signal?: AbortSignal): ReturnType<BenchDesk['tryOut']> {
    const { text, lines, program, name } = body;
    return new Promise((resolve, reject) => {
      const running = tries.start(
        { kind: 'try', ...draft(text, name ?? null), lines, program: program ?? null },
        {
          done: (word) => word.kind === 'tried',
          word(word) {
            if (word.kind !== 'tried') return;
            const { kind: _, ...answer } = word;
            resolve(answer);
          },
          failed: (_, message) => reject(new AppError('API_BUSY', { message })),
        },
      );
      signal?.addEventListener('abort', () => {
        running.cancel();
        reject(new AppError('API_BUSY', { message: 'nobody waits for it any more' }));
      });
    });
  }

  return {
    own: () =>
      names().map((name) => {
        const text = readFileSync(fileOf(name), 'utf8');
        return { name, text, ids: idsOf(text) };
      }),
    tryOut,
    backtest({ text, name, days }, told) {
      const from = parts.now() - days * 86_400_000;
      const files = logFilesOf(sources)
        .filter((file) => file.mtimeMs >= from && !/\.(?:xz|bz2|lz4)$/.test(file.path))
        .map((file) => file.path)
        .toReversed();
      return bench.start(
        { kind: 'backtest', ...draft(text, name ?? null), files, from },
        {
          done: (word) => word.kind === 'tested',
          word(word) {
            if (word.kind === 'progress') told({ event: 'progress', lines: word.lines, detections: word.detections });
            if (word.kind !== 'tested') return;
            const { kind: _, ...rest } = word;
            told({ event: 'done', ...rest, files: files.length });
          },
          failed: (reason, message) => told({ event: 'failed', reason, message }),
        },
      );
    },
    async save(name, text) {
      const path = fileOf(name);
      if (!existsSync(path) && names().length >= MAX_OWN)
        fail('API_CONFLICT', { message: `there are ${MAX_OWN} rules of your own already` });
      const { faults, warnings, rules } = await tryOut({ text, name, lines: [] });
      if (faults.length > 0) return { saved: false, faults, warnings, rules };
      writeFileSync(`${path}.new`, text, { mode: 0o640 });
      renameSync(`${path}.new`, path);
      parts.reload(config());
      return { saved: true, faults, warnings, rules };
    },
    costs: createRuleCosts(parts.inUse, () => ({ config: config(), paths: names().map(fileOf) })),
    remove(name) {
      const path = fileOf(name);
      if (!existsSync(path)) return 0;
      rmSync(path);
      parts.reload(config());
      return 1;
    },
  };
}

function idsOf(text: string): string[] {
  return parseEach(text, '').rules.map((rule) => rule.id);
}
