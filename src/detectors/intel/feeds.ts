/** Keeps lists and feeds fresh: conditional requests, the last good copy on disk, and a new table swapped in when anything changed. */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../kit/errors.ts';
import type { Log } from '../../kit/log.ts';
import { outbound } from '../../kit/outbound.ts';
import { resolveSecret } from '../../kit/secret.ts';
import { type ListReport, parseJson, parsePlain } from './parse-list.ts';
import { createPrefixTable, type PrefixTable } from './prefix-table.ts';
import type { IntelSettings } from './settings.ts';

/** What one list or feed is worth now. */
export interface FeedStatus {
  readonly name: string;
  readonly entries: number;
  /** When it was last fetched or read, ms since the epoch; null before. */
  readonly at: number | null;
  readonly problem: string | null;
}

/** The keeper. */
export interface Feeds {
  /** The table to look up in now. */
  table(): PrefixTable;
  /** Name of a list by its index in the table. */
  nameOf(list: number): string;
  /** Loads what is on disk; then `refresh` asks for what is due. */
  load(): void;
  refresh(signal: AbortSignal): Promise<void>;
  status(): readonly FeedStatus[];
}

interface Meta {
  etag?: string;
  modified?: string;
  entries?: number;
  at?: number;
}

type Feed = IntelSettings['feeds'][number];
const FETCH_TIMEOUT_MS = 60_000;
const SMALL = 20;

/** Lists and feeds of the settings; copies are kept below `folder`. */
export function createFeeds(settings: IntelSettings, folder: string, log: Log, now: () => number): Feeds {
  const names = [...settings.lists.map((list) => list.name), ...settings.feeds.map((feed) => feed.name)].slice(0, 255);
  const states = new Map<string, FeedStatus>();
  const mtimes = new Map<string, number>();
  let table = createPrefixTable().build();

  function copyPath(feed: Feed): string {
    return join(folder, `${feed.name}.list`);
  }

  function metaOf(feed: Feed): Meta {
    try {
      return JSON.parse(readFileSync(`${copyPath(feed)}.meta`, 'utf8')) as Meta;
    } catch {
      return {};
    }
  }

  /** Reads all copies and lists into a new table. */
  function load(): void {
    const builder = createPrefixTable();
    for (const [index, list] of settings.lists.entries()) {
      read(list.name, list.path, (text) => parsePlain(text, (entry) => builder.add(entry, index)));
      mtimes.set(list.path, mtimeOf(list.path));
    }
    for (const [index, feed] of settings.feeds.entries()) {
      const at = metaOf(feed).at;
      if (at !== undefined)
        read(
          feed.name,
          copyPath(feed),
          (text) => parseFeed(feed, text, (entry) => builder.add(entry, settings.lists.length + index)),
          at,
        );
      else states.set(feed.name, { name: feed.name, entries: 0, at: null, problem: 'not fetched yet' });
    }
    table = builder.build();
  }

  function read(name: string, path: string, parse: (text: string) => ListReport, at = now()): void {
    try {
      const report = parse(readFileSync(path, 'utf8'));
      const problem =
        report.refused === 0
          ? null
          : `${report.refused} entries are no usable networks (${report.examples.join('; ')})`;
      if (problem !== null) log('warn', 'list has entries that are not used', { name, problem });
      states.set(name, {
        name,
        entries: report.taken,
        at,
        problem: report.taken === 0 ? (problem ?? 'it is empty') : null,
      });
    } catch (error) {
      const problem = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      states.set(name, { name, entries: 0, at: null, problem });
      log('error', 'list cannot be read', { name, problem });
    }
  }

  async function refresh(signal: AbortSignal): Promise<void> {
    let changed = settings.lists.some((list) => mtimes.get(list.path) !== mtimeOf(list.path));
    for (const feed of settings.feeds) {
      const meta = metaOf(feed);
      if (meta.at !== undefined && now() - meta.at < feed.interval * 1000) continue;
      try {
        if (await fetchFeed(feed, meta, signal)) changed = true;
      } catch (error) {
        const problem = `${error instanceof Error ? error.message : String(error)}; the last good copy stays in use`;
        states.set(feed.name, { ...(states.get(feed.name) ?? { name: feed.name, entries: 0, at: null }), problem });
        log('warn', 'feed not taken over', { name: feed.name, problem });
      }
    }
    if (changed) load();
  }

  /** True when there is a new copy. */
  async function fetchFeed(feed: Feed, meta: Meta, signal: AbortSignal): Promise<boolean> {
    const headers: Record<string, string> = {
      'user-agent': 'bekci',
      ...Object.fromEntries(Object.entries(feed.headers).map(([name, value]) => [name, resolveSecret(value)])),
    };
    if (meta.etag !== undefined) headers['if-none-match'] = meta.etag;
    if (meta.modified !== undefined) headers['if-modified-since'] = meta.modified;
    const { request } = await import('undici');
    const answer = await request(feed.url, {
      dispatcher: await outbound(feed.url),
      headers,
      signal: AbortSignal.any([signal, AbortSignal.timeout(FETCH_TIMEOUT_MS)]),
    });
    if (answer.statusCode === 304) {
      await answer.body.dump();
      save(feed, null, { ...meta, at: now() });
      return false;
    }
    if (answer.statusCode !== 200) {
      await answer.body.dump();
      throw new AppError('INTEL_STATUS', { message: `the feed answered with status ${answer.statusCode}` });
    }
    const text = await bounded(answer.body, feed.max_bytes);
    const probe = createPrefixTable();
    const { taken } = parseFeed(feed, text, (entry) => probe.add(entry, 0));
    const before = meta.entries ?? 0;
    if (taken === 0 || (before >= SMALL && taken < before * feed.min_ratio)) {
      throw new AppError('INTEL_SHRUNK', {
        message: `the feed shrank from ${before} to ${taken} entries`,
        hint: 'min_ratio says how far it may shrink',
      });
    }
    save(feed, text, {
      entries: taken,
      at: now(),
      ...headerOf(answer.headers.etag, 'etag'),
      ...headerOf(answer.headers['last-modified'], 'modified'),
    });
    return true;
  }

  function save(feed: Feed, text: string | null, meta: Meta): void {
    mkdirSync(folder, { recursive: true });
    if (text !== null) writeAtomically(copyPath(feed), text);
    writeAtomically(`${copyPath(feed)}.meta`, JSON.stringify(meta));
  }

  return {
    table: () => table,
    nameOf: (list) => names[list] ?? 'list',
    load,
    refresh,
    status: () => [...states.values()],
  };
}

function parseFeed(feed: Feed, text: string, take: (entry: string) => boolean): ListReport {
  return feed.format === 'json' ? parseJson(text, feed.path, take) : parsePlain(text, take);
}

async function bounded(body: AsyncIterable<Buffer>, max: number): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > max) throw new AppError('INTEL_TOO_LARGE', { message: `the feed is larger than ${max} bytes` });
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function headerOf(value: string | string[] | undefined, name: 'etag' | 'modified'): Meta {
  return typeof value === 'string' ? { [name]: value } : {};
}

function writeAtomically(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

function mtimeOf(path: string): number {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}
