/** `bekci train`: learns what is usual from log files and keeps it for the daemon. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { historyOf } from '../daemon.ts';
import { fail } from '../kit/errors.ts';
import { t } from '../kit/messages/messages.ts';
import { openStore } from '../store/sqlite/sqlite-store.ts';
import { saveTrained, type TrainFile, trainFrom } from '../train.ts';
import { ask, locate, type Where } from './client.ts';
import { savedEntries } from './models.ts';

/** Learns from whole files; the daemon must not be running, as it would overwrite what was learned. */
export async function train(
  named: string[],
  options: Where & {
    readonly json?: boolean;
    readonly program?: string;
    readonly timezone?: string;
    readonly from?: readonly string[];
  },
): Promise<void> {
  const { config, stateDir } = locate(options);
  const asked = [...named, ...(options.from ?? [])];
  const files: readonly TrainFile[] = asked.length > 0 ? asked.map((path) => ({ path })) : historyOf(config);
  if ((await ask(stateDir, 'GET', '/health')) !== null)
    fail('API_ALREADY_RUNNING', {
      message: 'a bekci is running on this state',
      hint: 'stop it, train, and start it again',
    });
  for (const { path } of files)
    if (!existsSync(path))
      fail('FILE_READ', { message: `cannot read ${path}: there is no such file`, hint: 'check the name' });
  if (files.length === 0)
    fail('FILE_READ', {
      message: 'there is no log to learn from',
      hint: 'name files, or list `sources` in the configuration',
    });
  const known = existsSync(join(stateDir, 'bekci.db')) ? savedEntries(stateDir) : [];
  const { detector, lines } = await trainFrom(
    files,
    config,
    {
      program: options.program ?? null,
      timezone: options.timezone ?? null,
    },
    known,
  );
  if (config.anomaly.sequences && process.stderr.isTTY) process.stderr.write(`${t(config.language, 'train.deep')}\n`);
  for (const _ of detector.trainDeep());
  const store = openStore(join(stateDir, 'bekci.db'));
  saveTrained(detector, store);
  store.close();
  const stats = detector.stats();
  if (options.json === true) console.log(JSON.stringify({ lines, ...stats }));
  else
    console.log(
      t(config.language, 'train.done', {
        lines: lines.toLocaleString(config.language),
        programs: stats.anomaly_programs ?? 0,
        learned: stats.anomaly_programs_learned ?? 0,
        hours: stats.anomaly_hours ?? 0,
        needed: stats.anomaly_hours_needed ?? 0,
      }),
    );
}
