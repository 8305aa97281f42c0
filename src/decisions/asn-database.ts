/**
 * Networks of allowlisted autonomous systems (`AS13335`), from a local file: iptoasn's TSV (`start end number country name`) or
 * GeoLite2's CSV (`network,number,name`), plain or gzip. Only the systems asked for are kept, as sorted ranges in typed arrays.
 */
import { createReadStream, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { canonicalAddress } from '../kit/address.ts';
import { type Network, parseNetwork } from '../kit/cidr.ts';
import { AppError, fail } from '../kit/errors.ts';
import type { Log } from '../kit/log.ts';
import { asnOf } from './allowlist-entry.ts';
import { type AsnRanges, createAsnRanges } from './asn-ranges.ts';
import type { Protected } from './door-check.ts';

const MAX_LINE = 4096;

/** Protection by autonomous system. */
export interface AsnShield {
  /** Who protects an address of the network, or null. */
  protects(network: Network): Pick<Protected, 'code' | 'detail'> | null;
  /** Reads the file again if it changed; what was read before stays when that fails. Never throws. */
  refresh(): Promise<void>;
  /** Ranges kept. */
  readonly size: number;
}

/** Reads the database for the systems among the allowlist's entries. Throws ASN_DATABASE when it cannot be used. */
export async function openAsnShield(
  entries: readonly string[],
  path: string | undefined,
  log: Log,
): Promise<AsnShield | null> {
  const wanted = new Set(entries.flatMap((entry) => asnOf(entry) ?? []));
  if (wanted.size === 0) return null;
  if (path === undefined) return broken(wanted, 'no `decisions.asn_database` is set');
  const file = path;
  let stamp = stampOf(file);
  let ranges = await load(file, wanted, log);

  return {
    protects(network) {
      const found = ranges.overlapping(network);
      return found === null ? null : { code: 'allowlist', detail: `AS${found}` };
    },
    async refresh() {
      const now = stampOf(file);
      if (now === stamp) return;
      stamp = now;
      try {
        ranges = await load(file, wanted, log);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        log('error', 'the ASN database cannot be read any more; what was read before stays in use', { error: message });
      }
    },
    get size() {
      return ranges.size;
    },
  };
}

function broken(wanted: ReadonlySet<number>, why: string): never {
  const names = [...wanted].map((number) => `AS${number}`).join(', ');
  return fail('ASN_DATABASE', {
    message: `the allowlist names ${names}, but ${why}: its networks would not be protected from bans`,
    hint: 'set `decisions.asn_database` to a file such as ip2asn-combined.tsv.gz, or take these entries off `decisions.allowlist`',
  });
}

async function load(path: string, wanted: ReadonlySet<number>, log: Log): Promise<AsnRanges> {
  const ranges = createAsnRanges();
  let lines = 0;
  let understood = 0;
  try {
    for await (const line of linesOf(path)) {
      lines++;
      if (takeLine(line, wanted, ranges)) understood++;
    }
  } catch (error) {
    broken(wanted, `${path} cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
  if (understood === 0) broken(wanted, `${path} has no line that is understood (${lines} lines)`);
  ranges.sort();
  for (const number of wanted)
    if (!ranges.has(number))
      log('warn', 'the ASN database has no network of an allowlisted system: nothing is protected by this entry', {
        entry: `AS${number}`,
        path,
      });
  return ranges;
}

/** True when the line is one of a database, wanted or not. */
function takeLine(line: string, wanted: ReadonlySet<number>, ranges: AsnRanges): boolean {
  const tab = line.indexOf('\t');
  if (tab > 0) {
    const second = line.indexOf('\t', tab + 1);
    const third = line.indexOf('\t', second + 1);
    if (second < 0) return false;
    const number = Number(line.slice(second + 1, third < 0 ? undefined : third).replace(/^AS/i, ''));
    if (!Number.isInteger(number)) return false;
    return !wanted.has(number) || addRange(line.slice(0, tab), line.slice(tab + 1, second), number, ranges);
  }
  const comma = line.indexOf(',');
  if (comma < 0) return false;
  const next = line.indexOf(',', comma + 1);
  const number = Number(line.slice(comma + 1, next < 0 ? undefined : next));
  if (!Number.isInteger(number) || number === 0) return false;
  if (!wanted.has(number)) return true;
  const network = parseNetwork(line.slice(0, comma));
  if (network === null) return false;
  ranges.addNetwork(network, number);
  return true;
}

function addRange(start: string, end: string, number: number, ranges: AsnRanges): boolean {
  const from = canonicalAddress(start);
  const to = canonicalAddress(end);
  if (from === null || to === null || from.includes(':') !== to.includes(':')) return false;
  ranges.add(from, to, number);
  return true;
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const file = createReadStream(path);
  let stream: Readable = file;
  if (path.endsWith('.gz')) {
    const unzipped = createGunzip();
    // `pipe` does not hand on errors.
    file.on('error', (error) => unzipped.destroy(error));
    stream = file.pipe(unzipped);
  }
  let rest = '';
  for await (const chunk of stream.setEncoding('latin1')) {
    const text: string = rest + (chunk as string);
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      if (end - start <= MAX_LINE) yield text.slice(start, text.charCodeAt(end - 1) === 13 ? end - 1 : end);
      start = end + 1;
    }
    rest = text.slice(start);
    if (rest.length > 1_048_576) throw new AppError('ASN_DATABASE', { message: 'it is no text file of lines' });
  }
  if (rest !== '') yield rest;
}

function stampOf(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return '';
  }
}
