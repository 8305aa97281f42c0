/** The rotation matrix: whatever happens to the file, every line is read once. */
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../../kit/log.ts';
import type { Checkpoint } from '../../model/line.ts';
import { LineCutter, MAX_LINE_BYTES } from './lines.ts';
import { createTail } from './tail.ts';

const LINES = 100_000;
const STEPS = 50;

interface Reader {
  readonly seen: Map<string, number>;
  readonly places: Set<string>;
  checkpoint: Checkpoint | null;
  stop(): Promise<void>;
}

function follow(path: string, resume: Checkpoint | null, into?: Reader): Reader {
  const control = new AbortController();
  const source = createTail({ path, program: null, timezone: null, from: 'start' }, { log: silentLog, now: Date.now });
  const reader: Reader = into ?? { seen: new Map(), places: new Set(), checkpoint: resume, stop: async () => {} };
  const done = (async () => {
    for await (const batch of source.read(reader.checkpoint, control.signal)) {
      for (const [index, text] of batch.texts.entries()) {
        reader.seen.set(text, (reader.seen.get(text) ?? 0) + 1);
        reader.places.add(`${batch.generation}:${batch.offsets[index]}`);
      }
      reader.checkpoint = batch.checkpoint;
    }
  })();
  reader.stop = async () => {
    control.abort();
    await done;
  };
  return reader;
}

async function total(reader: Reader, expected: number): Promise<void> {
  await expect.poll(() => reader.seen.size, { timeout: 20_000 }).toBe(expected);
}

function check(reader: Reader, expected: number): void {
  expect(reader.seen.size).toBe(expected);
  expect([...reader.seen.values()].filter((count) => count !== 1)).toEqual([]);
}

function chunkOf(step: number): string {
  const each = LINES / STEPS;
  return Array.from({ length: each }, (_, index) => `line ${step * each + index} of the matrix, çöğüş\n`).join('');
}

type Rotate = (path: string, step: number) => void;
const kinds: Readonly<Record<string, Rotate>> = {
  'rename and create': (path, step) => {
    renameSync(path, `${path}.${step}`);
    writeFileSync(path, '');
  },
  'replace by a new file': (path) => {
    writeFileSync(`${path}.new`, '');
    renameSync(`${path}.new`, path);
  },
  'remove, create later': (path) => rmSync(path),
  copytruncate: (path) => truncateSync(path, 0),
};

describe('rotation', () => {
  // copytruncate loses for every reader what was not read before the cut, and an unlinked file what nobody holds open: those wait.
  it.each(Object.keys(kinds))('%s: each of 100,000 lines once', { timeout: 60_000 }, async (kind) => {
    const path = join(mkdtempSync(join(tmpdir(), 'bekci-tail-')), 'x.log');
    const reader = follow(path, null);
    for (let step = 0; step < STEPS; step++) {
      appendFileSync(path, chunkOf(step));
      if (step % 5 !== 4) continue;
      if (kind === 'copytruncate' || kind === 'replace by a new file')
        await total(reader, ((step + 1) * LINES) / STEPS);
      else
        await expect
          .poll(() => reader.seen.size, { timeout: 20_000 })
          .toBeGreaterThan((step * LINES) / STEPS - LINES / STEPS);
      kinds[kind]!(path, step);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    await total(reader, LINES);
    await reader.stop();
    check(reader, LINES);
    expect(reader.places.size).toBe(LINES);
  });

  it('symlink swap', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bekci-tail-'));
    const path = join(folder, 'current.log');
    writeFileSync(join(folder, 'a'), '');
    symlinkSync(join(folder, 'a'), path);
    const reader = follow(path, null);
    appendFileSync(path, 'one\ntwo\n');
    await total(reader, 2);
    writeFileSync(join(folder, 'b'), 'three\n');
    rmSync(path);
    symlinkSync(join(folder, 'b'), path);
    await total(reader, 3);
    await reader.stop();
    check(reader, 3);
  });

  it('restarts at random moments, half-written lines, and rotation while away', { timeout: 60_000 }, async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'bekci-tail-')), 'x.log');
    writeFileSync(path, '');
    let reader = follow(path, null);
    const fd = openSync(path, 'a');
    let written = 0;
    let rotated = 0;
    let out = fd;
    writeSync(out, 'first\n');
    await total(reader, 1);
    written++;
    for (let round = 0; round < 30; round++) {
      for (let n = 0; n < 100; n++, written++) {
        const line = `round ${round} line ${n} ${'x'.repeat(round)}\n`;
        writeSync(out, line.slice(0, 7));
        if (n % 25 === round % 25) {
          await reader.stop();
          if (round % 3 === 0 && n > 10) {
            writeSync(out, line.slice(7));
            closeSync(out);
            renameSync(path, `${path}.${++rotated}`);
            out = openSync(path, 'a');
            reader = follow(path, reader.checkpoint, reader);
            continue;
          }
          reader = follow(path, reader.checkpoint, reader);
        }
        writeSync(out, line.slice(7));
      }
    }
    await total(reader, written);
    await reader.stop();
    closeSync(out);
    check(reader, written);
  });

  it('begins at the end of a file that was never read, and at the beginning of one that appears later', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'bekci-tail-')), 'x.log');
    writeFileSync(path, 'old\nhalf');
    const control = new AbortController();
    const seen: string[] = [];
    const source = createTail({ path, program: null, timezone: null, from: 'end' }, { log: silentLog, now: Date.now });
    const done = (async () => {
      for await (const batch of source.read(null, control.signal)) seen.push(...batch.texts);
    })();
    await expect.poll(() => source.health().state).toBe('reading');
    appendFileSync(path, '-line\nnew\n');
    await expect.poll(() => seen).toEqual(['half-line', 'new']);
    control.abort();
    await done;
    expect(existsSync(path)).toBe(true);
  });
});

describe('cutting', () => {
  it('cuts any bytes in any chunks like a plain splitter', () => {
    const bytes = fc.array(fc.constantFrom(10, 13, 0, 65, 66, 0xc3, 0xbc, 0xff, 0xe2), { maxLength: 200 });
    fc.assert(
      fc.property(bytes, fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 30 }), (all, sizes) => {
        const whole = Buffer.from(all);
        const cutter = new LineCutter(0);
        const texts: string[] = [];
        const offsets: number[] = [];
        let at = 0;
        for (const size of [...sizes, 1000]) {
          const cut = cutter.push(Buffer.from(whole.subarray(at, at + size)));
          texts.push(...cut.texts);
          offsets.push(...cut.offsets);
          at += size;
        }
        const expected: string[] = [];
        const starts: number[] = [];
        let start = 0;
        for (let end = whole.indexOf(10); end >= 0; end = whole.indexOf(10, start)) {
          const line = whole.subarray(start, end);
          expected.push(line.at(-1) === 13 ? line.toString('utf8', 0, line.length - 1) : line.toString('utf8'));
          starts.push(start);
          start = end + 1;
        }
        expect(texts).toEqual(expected);
        expect(offsets).toEqual(starts);
        expect(cutter.position).toBe(start);
      }),
      { numRuns: 2000 },
    );
  });

  it('cuts a 10 MB line in bounded memory and goes on behind it', () => {
    const cutter = new LineCutter(0);
    const texts: string[] = [];
    for (let n = 0; n < 160; n++) texts.push(...cutter.push(Buffer.alloc(65_536, 120)).texts);
    texts.push(...cutter.push(Buffer.from('\nnext\n')).texts);
    expect(texts.map((text) => text.length)).toEqual([MAX_LINE_BYTES, 4]);
    expect(cutter.truncated).toBe(1);
    expect(cutter.position).toBe(160 * 65_536 + 6);
  });
});
