/** `bekci train`: learns what is usual from log files and keeps it for the daemon. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../kit/errors.ts';
import { openStore } from '../store/sqlite/sqlite-store.ts';
import { saveTrained, trainFrom } from '../train.ts';
import { ask, locate, type Where } from './client.ts';

/** Learns from whole files; the daemon must not be running, as it would overwrite what was learned. */
export async function train(
  files: string[],
  options: Where & { readonly json?: boolean; readonly program?: string; readonly timezone?: string },
): Promise<void> {
  const { config, stateDir } = locate(options);
  if ((await ask(stateDir, 'GET', '/health')) !== null)
    fail('API_ALREADY_RUNNING', {
      message: 'a bekci is running on this state',
      hint: 'stop it, train, and start it again',
    });
  for (const file of files)
    if (!existsSync(file))
      fail('FILE_READ', { message: `cannot read ${file}: there is no such file`, hint: 'check the name' });
  const { detector, lines } = await trainFrom(
    files.map((path) => ({ path })),
    config,
    { program: options.program ?? null, timezone: options.timezone ?? null },
  );
  const store = openStore(join(stateDir, 'bekci.db'));
  saveTrained(detector, store);
  store.close();
  const stats = detector.stats();
  if (options.json === true) console.log(JSON.stringify({ lines, ...stats }));
  else
    console.log(
      `${lines.toLocaleString()} lines; ${stats.anomaly_programs_learned} of ${stats.anomaly_programs} programs learned`,
    );
}
