/** A first start learns from what is on disk, from no accused line, once. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { removeFolder } from '../test/labs/remove-folder.ts';
import { configSchema } from './config/schema.ts';
import { createAnomalyDetector } from './detectors/anomaly/anomaly-detector.ts';
import { silentLog } from './kit/log.ts';
import { openStore } from './store/sqlite/sqlite-store.ts';
import { learnHistory } from './train.ts';

const folder = mkdtempSync(join(tmpdir(), 'bekci-train-'));
afterAll(() => removeFolder(folder));

test('learns from history once, and the daemon finds the model', async () => {
  const path = join(folder, 'syslog');
  const lines = Array.from(
    { length: 6000 },
    (_, n) =>
      `2026-11-24T10:${String(Math.floor(n / 60) % 60).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}Z web backup[${n}]: copied ${n % 97} files in ${n % 13} s`,
  );
  writeFileSync(path, `${lines.join('\n')}\n`);
  const config = configSchema.parse({});
  const store = openStore(join(folder, 'bekci.db'));
  expect(await learnHistory([{ path }], config, store, silentLog)).toBe(true);
  expect(await learnHistory([{ path }], config, store, silentLog)).toBe(false);
  const detector = createAnomalyDetector(config.anomaly);
  const own = [...store.state('detect')].map(({ key, value }) => ({ key: key.slice('anomaly\u001d'.length), value }));
  detector.restore(own);
  expect(detector.stats()).toMatchObject({ anomaly_programs: 1, anomaly_programs_learned: 1 });
  store.close();
});

test('learns nothing when told so', async () => {
  const store = openStore(':memory:');
  const config = configSchema.parse({ anomaly: { learn_from_history: false } });
  expect(await learnHistory([{ path: 'absent' }], config, store, silentLog)).toBe(false);
  store.close();
});
