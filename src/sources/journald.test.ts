/** Against real journals: systemd-journal-remote writes them from the export format, journalctl follows them. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { removeFolder } from '../../test/labs/remove-folder.ts';
import { createDecode } from '../decoders/decode.ts';
import { silentLog } from '../kit/log.ts';
import type { Checkpoint } from '../model/line.ts';
import { createJournald } from './journald.ts';

const REMOTE = ['/lib/systemd/systemd-journal-remote', '/usr/lib/systemd/systemd-journal-remote'].find(existsSync);
const JOURNALCTL = ['/usr/bin/journalctl', '/bin/journalctl'].find(existsSync);
const missing = REMOTE === undefined || JOURNALCTL === undefined;
if (missing)
  console.warn('skipped: systemd-journal-remote or journalctl is not installed, so there is no journal to read');

const START = Date.parse('2026-11-24T08:00:00Z') * 1000;
let folder: string;
let writer: ChildProcessWithoutNullStreams;
let written = 0;

/** Entries in the journal export format; the message may hold any bytes. All share one microsecond on purpose. */
function write(...messages: readonly (string | Buffer)[]): void {
  for (const message of messages) {
    written++;
    const head = `__REALTIME_TIMESTAMP=${START}\n__MONOTONIC_TIMESTAMP=${written}\n_BOOT_ID=0123456789abcdef0123456789abcdef\n_HOSTNAME=web\nSYSLOG_IDENTIFIER=sshd\n_PID=${1000 + written}\n_SYSTEMD_UNIT=ssh.service\n`;
    if (typeof message === 'string') {
      writer.stdin.write(`${head}MESSAGE=${message}\n\n`);
      continue;
    }
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(message.length));
    writer.stdin.write(Buffer.concat([Buffer.from(`${head}MESSAGE\n`), length, message, Buffer.from('\n\n')]));
  }
}

beforeAll(() => {
  if (missing) return;
  folder = mkdtempSync(join(tmpdir(), 'bekci-journal-'));
  writer = spawn(REMOTE!, [`--output=${join(folder, 'remote.journal')}`, '--split-mode=none', '-']);
  writer.stderr.resume();
});

afterAll(() => {
  if (missing) return;
  writer.stdin.end();
  writer.kill();
  removeFolder(folder);
});

interface Read {
  readonly texts: string[];
  readonly offsets: number[];
  checkpoint: Checkpoint | null;
}

/** Reads until so many entries came or ten seconds have passed. */
async function readEntries(count: number, resume: Checkpoint | null, meanwhile?: () => void): Promise<Read> {
  const source = createJournald(
    { command: [JOURNALCTL!, `--directory=${folder}`], units: [] },
    { log: silentLog, now: () => Date.now() },
  );
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), 10_000);
  const read: Read = { texts: [], offsets: [], checkpoint: null };
  if (meanwhile !== undefined) setTimeout(meanwhile, 700);
  for await (const batch of source.read(resume, abort.signal)) {
    read.texts.push(...batch.texts);
    read.offsets.push(...batch.offsets);
    read.checkpoint = batch.checkpoint;
    if (read.texts.length >= count) abort.abort();
  }
  clearTimeout(timer);
  return read;
}

async function journalHas(count: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const child = spawn(JOURNALCTL!, [`--directory=${folder}`, '-o', 'cat', '--no-pager', '-q']);
    let lines = 0;
    for await (const chunk of child.stdout as AsyncIterable<Buffer>)
      lines += chunk.toString('latin1').split('\n').length - 1;
    if (lines >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the journal was not written');
}

test.skipIf(missing)(
  'follows a journal, goes on at its cursor, and gives every entry a position of its own',
  async () => {
    write('Server listening on 0.0.0.0 port 22.');
    await journalHas(1);
    const first = await readEntries(3, null, () =>
      write(
        'Failed password for root from 203.0.113.7 port 4711 ssh2',
        Buffer.from('Failed password for invalid user caf\xe9\n from 203.0.113.7 port 4712 ssh2', 'latin1'),
        'Failed password for root from 203.0.113.7 port 4713 ssh2',
      ),
    );
    // `--lines=0`: what was there before the first start is history.
    expect(first.texts).toHaveLength(3);
    expect(new Set(first.offsets).size).toBe(3);
    const decode = createDecode({ timezone: 'UTC', program: null });
    const events = first.texts.map((text) => decode.decode(text, Date.now()));
    expect(events.map((event) => event?.time)).toEqual([START / 1000, START / 1000, START / 1000]);
    expect(events[0]?.fields['source.ip']).toBe('203.0.113.7');
    expect(events[0]?.host).toBe('web');

    // While nobody reads, more is written; the cursor loses and repeats nothing.
    write(
      'Failed password for root from 203.0.113.7 port 4714 ssh2',
      'Connection closed by 203.0.113.7 port 4714 [preauth]',
    );
    await journalHas(6);
    const second = await readEntries(2, first.checkpoint);
    expect(second.texts).toHaveLength(2);
    expect(second.texts[0]).toContain('port 4714');
    expect(Math.min(...second.offsets)).toBeGreaterThan(Math.max(...first.offsets));
  },
  40_000,
);

test('says what is wrong when journalctl cannot run, and waits', async () => {
  const source = createJournald(
    { command: ['/nonexistent/journalctl'], units: [] },
    { log: silentLog, now: () => Date.now() },
  );
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 500);
  for await (const _ of source.read(null, abort.signal)) throw new Error('nothing can come');
  expect(source.health().problem).toContain('cannot run /nonexistent/journalctl');
});

test('a user who may not see the journal of others is told so, and what to do; a missing journalctl too', async () => {
  const stopping = new AbortController();
  const hint = 'Hint: You are currently not seeing messages from other users and the system.';
  const narrow = createJournald(
    { command: ['sh', '-c', `echo "${hint}" >&2; echo '{"MESSAGE":"mine"}'; exec sleep 60`], units: [] },
    { log: silentLog, now: Date.now },
  );
  const absent = createJournald({ command: ['no-such-journalctl'], units: [] }, { log: silentLog, now: Date.now });
  const reading = [narrow, absent].map(async (source) => {
    for await (const _ of source.read(null, stopping.signal));
  });
  try {
    await expect.poll(() => narrow.health().problem, { timeout: 10_000 }).toContain('systemd-journal');
    expect(narrow.health().state).toBe('lost');
    await expect
      .poll(() => absent.health().problem, { timeout: 10_000 })
      .toBe('cannot run no-such-journalctl: it is not installed');
  } finally {
    stopping.abort();
    await Promise.allSettled(reading);
  }
});
