/**
 * What learning costs in the pipeline: decoding and detecting made-up lines with and without it, interleaved, CPU time.
 *   tools/node bench/ml/pipeline-cost.ts [LINES] [ROUNDS]
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema } from '../../src/config/schema.ts';
import { createDoor } from '../../src/engine/accept-decision.ts';
import { detectionId } from '../../src/engine/detection-id.ts';
import { createEvidence } from '../../src/engine/evidence.ts';
import { createSpine } from '../../src/engine/spine.ts';
import { silentLog } from '../../src/kit/log.ts';
import type { StoredDetection } from '../../src/model/detection.ts';
import { buildPipeline } from '../../src/pipeline.ts';
import { readWholeFile } from '../../src/sources/whole-file.ts';
import { openStore } from '../../src/store/sqlite/sqlite-store.ts';
import { removeFolder } from '../../test/labs/remove-folder.ts';

const LINES = Number(process.argv[2] ?? 200_000);
const ROUNDS = Number(process.argv[3] ?? 5);
const folder = mkdtempSync(join(tmpdir(), 'bekci-cost-'));
const START = Date.UTC(2026, 0, 5);

type Kind = 'auth' | 'attacked' | 'web' | 'mixed';

/** A line; `step` is the time between two, in ms. */
function lineOf(kind: Kind, n: number, { start, step }: { start: number; step: number }): string {
  const at = new Date(start + n * step).toISOString();
  const web = (): string =>
    `192.0.2.${n % 127} - - [${clf(start + n * step)}] "GET /page/${n % 300}?q=a+b HTTP/1.1" 200 ${1000 + (n % 777)} "-" "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"`;
  const auth = (): string =>
    n % 3 === 0
      ? `${at} web CRON[${n}]: pam_unix(cron:session): session closed for user root`
      : `${at} web sshd[${n}]: Accepted publickey for user${n % 20} from 192.0.2.${n % 20} port ${1024 + (n % 60_000)} ssh2: ED25519 SHA256:x`;
  if (kind === 'web') return web();
  if (kind === 'auth') return auth();
  if (kind === 'attacked')
    return n % 5 === 0
      ? `${at} web sshd[${n}]: Failed password for root from 198.18.${(n >> 9) & 255}.${(n >> 3) & 255} port ${1024 + (n % 60_000)} ssh2`
      : auth();
  return [
    web,
    auth,
    () => `${at} web backup[${n}]: copied ${n % 97} files in ${n % 13} s`,
    () =>
      `${at} web kernel: [${n}.5] [UFW ALLOW] IN=eth0 OUT= MAC=00:11 SRC=192.0.2.${n % 200} DST=192.0.2.5 LEN=60 TOS=0x00 PREC=0x00 TTL=50 ID=${n & 65_535} DF PROTO=TCP SPT=${1024 + (n % 60_000)} DPT=${[22, 80, 443][n % 3]} WINDOW=1024 RES=0x00 SYN URGP=0 `,
  ][n % 4]!();
}

function clf(time: number): string {
  const [, , day, month, year, clock] = /(\w+), (\d+) (\w+) (\d+) ([\d:]+)/
    .exec(new Date(time).toUTCString())!
    .slice(0) as string[];
  return `${day}/${month}/${year}:${clock} +0000`;
}

const BUSY = { start: START, step: 50 };

/** What a detector knows that read such lines for a day before: its first growths are no part of the cost of a line. */
function learnedBefore(kind: Kind): { key: string; value: string }[] {
  const pipeline = buildPipeline(configSchema.parse({}), { persist: true });
  const ref = { id: 'x', program: kind === 'web' || kind === 'mixed' ? 'nginx' : null, timezone: 'UTC' };
  const decode = pipeline.decoderOf(ref);
  const before = { start: START - LINES * 600, step: 600 };
  const kept = new Map<string, string>();
  for (let n = 0; n < LINES; n++) {
    const text = lineOf(kind, n, before);
    const event = decode.decode(text, START);
    if (event !== null) pipeline.detector.detect(event, { source: 'x', generation: 'g', offset: n, text }, []);
  }
  pipeline.anomaly?.settle();
  for (const { key, value } of pipeline.detector.drainDirty())
    if (value !== null && key.startsWith('anomaly')) kept.set(key, value);
  return [...kept].map(([key, value]) => ({ key, value }));
}

/** CPU microseconds of one walk over a file as the daemon walks it, with or without learning: read, decoded, noticed, judged, committed. */
async function walk(
  path: string,
  kind: Kind,
  learning: boolean,
  known: readonly { key: string; value: string }[],
): Promise<number> {
  const config = configSchema.parse({ anomaly: { enabled: learning } });
  const pipeline = buildPipeline(config, { persist: true });
  if (learning) pipeline.detector.restore(known);
  const ref = { id: 'x', program: kind === 'web' || kind === 'mixed' ? 'nginx' : null, timezone: 'UTC' };
  const decode = pipeline.decoderOf(ref);
  const evidence = createEvidence(() => undefined);
  const store = openStore(':memory:');
  const door = createDoor({
    settings: config.decisions,
    allowlist: [],
    systemProtected: () => [],
    priorBans: () => 0,
    active: [],
    mode: () => 'observe',
    now: () => START,
    log: silentLog,
    live: true,
  });
  const found: StoredDetection[] = [];
  const spine = createSpine({
    detector: pipeline.detector,
    decoderOf: () => decode,
    onEvent: (event) => void door.notice(event),
    onDetections(all) {
      for (const each of all) found.push({ ...each, id: detectionId(each), lines: evidence.textsOf(each.evidence) });
    },
    onFault(error) {
      throw error;
    },
  });
  const started = process.cpuUsage();
  let batches = 0;
  for await (const batch of readWholeFile(path, ref)) {
    evidence.remember(batch);
    spine.processBatch(batch);
    if (++batches % 16 !== 0) continue;
    store.commit({
      detections: found.splice(0),
      decisions: [],
      refusals: [],
      alerts: [],
      checkpoints: new Map(),
      state: new Map([
        ['detect', pipeline.detector.drainDirty()],
        ['decoder:x', decode.drainDirty()],
      ]),
    });
  }
  const used = process.cpuUsage(started);
  store.close();
  return used.user + used.system;
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

console.log(
  '| lines | without, lines/s | with, lines/s | learning, µs a line | share lost |\n| --- | --: | --: | --: | --: |',
);
for (const kind of (process.argv[4]?.split(',') ?? ['auth', 'attacked', 'web', 'mixed']) as Kind[]) {
  const path = join(folder, `${kind}.log`);
  writeFileSync(path, `${Array.from({ length: LINES }, (_, n) => lineOf(kind, n, BUSY)).join('\n')}\n`);
  const known = learnedBefore(kind);
  const [plain, learned]: [number[], number[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round++) {
    const [without, withIt] = [await walk(path, kind, false, known), await walk(path, kind, true, known)];
    // The first round warms the compiler up.
    if (round === 0) continue;
    plain.push(without);
    learned.push(withIt);
  }
  const rate = (us: number): number => LINES / (us / 1e6);
  const [without, withIt] = [rate(median(plain)), rate(median(learned))];
  console.log(
    `| ${kind} | ${Math.round(without / 1000)}k | ${Math.round(withIt / 1000)}k | ${(1e6 / withIt - 1e6 / without).toFixed(2)} | ${((1 - withIt / without) * 100).toFixed(0)} % |`,
  );
}
removeFolder(folder);
