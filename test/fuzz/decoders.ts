/**
 * Mutated lines against every decoder: nothing throws, and the time per byte stays bounded at every length up to a mebibyte.
 *   tools/node test/fuzz/decoders.ts [LINES] [SEED] [--state FILE]
 * A hundred million: `tools/node test/fuzz/decoders.ts 100000000 1 --state fuzz.json`; ended early, the same command goes on from there.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createDecode, type Decode } from '../../src/decoders/decode.ts';
import { allSeeds, createMutator } from './mutate.ts';
import { allForms, imitations, render } from './render.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');
/** Lines that begin with a seed and decoders of their own, so that what is found in one is found again without the others. */
const CHUNK = 100_000;
/** Lines of one program after another. */
const BATCH = 50;
/** One line in so many is repeated to between a kibibyte and a mebibyte and timed. */
const LONG_EVERY = 20_000;

/** Nanoseconds per byte that no line of 64 KiB and more may need; what grows with the square needs a hundred times as many. */
const MOST_NS_PER_BYTE = 3000;
/** Above this it is looked at again whether another program held this one up. */
const USUAL_NS_PER_BYTE = 300;
const LENGTHS = [1 << 10, 1 << 13, 1 << 16, 1 << 18, 1 << 20];

/** What a run found. */
export interface FuzzResult {
  readonly lines: number;
  readonly decoded: number;
  /** Long lines timed, and the most nanoseconds per byte one of 64 KiB and more took. */
  readonly long: number;
  readonly worstNsPerByte: number;
}

type Fuzz = (chunk: number, lines: number) => FuzzResult;

/** A fuzzer that decodes one chunk of lines at a time; it throws for the first line a decoder throws on, naming it. */
export function createFuzz(seed: number): Fuzz {
  const mutator = createMutator(allSeeds());
  return (chunk, lines) => {
    mutator.begin(Math.imul(seed, 0x9e3779b1) + chunk);
    const decoders = new Map<string, Decode>();
    const decoderOf = (label: string): Decode => {
      const known = decoders.get(label);
      if (known !== undefined) return known;
      const made = createDecode({ timezone: 'UTC', program: label === '' ? null : label, persist: false });
      decoders.set(label, made);
      return made;
    };
    const result = { lines, decoded: 0, long: 0, worstNsPerByte: 0 };
    for (let n = 0; n < lines; ) {
      const seeds = mutator.nextSeeds();
      // Most lines meet the decoder of their program; others come without a label, or with another program's.
      const chance = mutator.random().below(10);
      const label = chance < 6 ? seeds.label : chance < 9 ? '' : mutator.nextSeeds().label;
      const decoder = decoderOf(label);
      for (const end = Math.min(lines, n + BATCH); n < end; n++) {
        const text = mutator.next(seeds.lines);
        if (decodes(decoder, text, label)) result.decoded++;
        if (n % LONG_EVERY === LONG_EVERY - 1) timeLong(decoder, text, label, result);
      }
    }
    return result;

    function timeLong(decoder: Decode, text: string, label: string, into: { long: number; worstNsPerByte: number }) {
      const length = 1024 * 2 ** (mutator.random().below(1001) / 100);
      const piece = text === '' ? ' ' : text;
      const long = flat(piece.repeat(Math.ceil(length / piece.length)).slice(0, length));
      const nsPerByte = leastNsPerByte(() => decodes(decoder, long, label), long.length);
      into.long++;
      if (long.length < 1 << 16) return;
      into.worstNsPerByte = Math.max(into.worstNsPerByte, nsPerByte);
      if (nsPerByte > MOST_NS_PER_BYTE)
        throw new Error(`${nsPerByte.toFixed(0)} ns a byte at ${long.length} of ${JSON.stringify(piece)} (${label})`);
    }
  };
}

/** Decodes that many mutated lines. */
export function fuzzDecoders(lines: number, seed: number): FuzzResult {
  const fuzz = createFuzz(seed);
  let sum: FuzzResult = NOTHING;
  for (let chunk = 0; chunk * CHUNK < lines; chunk++)
    sum = added(sum, fuzz(chunk, Math.min(CHUNK, lines - chunk * CHUNK)));
  return sum;
}

const NOTHING: FuzzResult = { lines: 0, decoded: 0, long: 0, worstNsPerByte: 0 };

function added(a: FuzzResult, b: FuzzResult): FuzzResult {
  return {
    lines: a.lines + b.lines,
    decoded: a.decoded + b.decoded,
    long: a.long + b.long,
    worstNsPerByte: Math.max(a.worstNsPerByte, b.worstNsPerByte),
  };
}

function decodes(decoder: Decode, text: string, label: string): boolean {
  try {
    return decoder.decode(text, NOW) !== null;
  } catch (cause) {
    throw new Error(`decoder threw on ${JSON.stringify(text.slice(0, 4096))} (label ${JSON.stringify(label)})`, {
      cause,
    });
  }
}

/** Processor time of the quickest of up to three runs; other programs on the machine make single runs slow. */
function leastNsPerByte(run: () => void, bytes: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 3 && least > USUAL_NS_PER_BYTE; tries++) {
    const from = process.hrtime.bigint();
    run();
    least = Math.min(least, Number(process.hrtime.bigint() - from) / bytes);
  }
  return least;
}

/** A string in one piece, as lines are when they come from a file. */
function flat(text: string): string {
  return /[^\0-\xff]/.test(text)
    ? Buffer.from(text, 'utf16le').toString('utf16le')
    : Buffer.from(text, 'latin1').toString('latin1');
}

/** The slowest (form, length) pairs found, in nanoseconds per byte, slowest first. */
export function slowestForms(every: number): { label: string; text: string; length: number; nsPerByte: number }[] {
  const found: { label: string; text: string; length: number; nsPerByte: number }[] = [];
  const forms = allForms().filter((_, index) => index % every === 0);
  for (const { program, variant } of forms)
    for (const piece of [' from ', '"', '[', imitations(variant)[0]!, render(variant, 'x')]) {
      const decoder = createDecode({ timezone: 'UTC', program, persist: false });
      for (const length of LENGTHS) {
        const text = flat(render(variant, piece.repeat(Math.ceil(length / piece.length)).slice(0, length)));
        const nsPerByte = leastNsPerByte(() => decodes(decoder, text, program), text.length);
        // A form without a free slot stays short whatever is typed.
        if (text.length >= 1 << 16 && nsPerByte > MOST_NS_PER_BYTE)
          found.push({ label: program, text: text.slice(0, 200), length, nsPerByte });
      }
    }
  return found.sort((a, b) => b.nsPerByte - a.nsPerByte);
}

function main(args: readonly string[]): void {
  const at = args.indexOf('--state');
  const file = at < 0 ? null : args[at + 1]!;
  const [lines = 1_000_000, seed = 1] = (at < 0 ? args : args.toSpliced(at, 2)).map(Number);
  const saved = file !== null && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Saved) : null;
  let sum = saved?.seed === seed ? saved.sum : NOTHING;
  const fuzz = createFuzz(seed);
  const cpu = process.cpuUsage();
  const begun = sum.lines;
  for (let chunk = sum.lines / CHUNK; sum.lines < lines; chunk++) {
    sum = added(sum, fuzz(chunk, Math.min(CHUNK, lines - sum.lines)));
    if (file !== null) writeFileSync(file, JSON.stringify({ seed, sum } satisfies Saved));
    const { user, system } = process.cpuUsage(cpu);
    const pace = ((sum.lines - begun) / (user + system)) * 1e6;
    if (sum.lines % 1_000_000 === 0)
      console.error(`${new Date().toISOString()} ${JSON.stringify(sum)}, ${Math.round(pace)} lines a CPU second`);
  }
  console.log(`${JSON.stringify(sum)}, none threw, seed ${seed}`);
  const slow = slowestForms(1);
  for (const each of slow.slice(0, 20))
    console.log(
      `slow: ${each.label} ${each.length} bytes, ${each.nsPerByte.toFixed(0)} ns/byte: ${each.text.slice(0, 80)}`,
    );
  if (slow.length > 0) process.exitCode = 1;
}

interface Saved {
  readonly seed: number;
  readonly sum: FuzzResult;
}

if (import.meta.main) main(process.argv.slice(2));
