/** `bekci search`: the dashboard's search on the command line, line by line as they stand in the files. */
import { resolve } from 'node:path';
import { loadConfig } from '../config/load.ts';
import { trustedProxies } from '../decisions/protected.ts';
import { createDecode } from '../decoders/decode.ts';
import { labelOf } from '../decoders/label-of.ts';
import { parseDuration } from '../kit/duration.ts';
import { fail } from '../kit/errors.ts';
import { silentLog } from '../kit/log.ts';
import { type Language, t } from '../kit/messages/messages.ts';
import { escapeControls } from '../kit/text.ts';
import { toEcs } from '../model/log-event.ts';
import { type LogFile, logFilesOf } from '../search/log-files.ts';
import type { Hit } from '../search/newest-hits.ts';
import { parseQuery } from '../search/parse-query.ts';
import { type Query, QueryFault } from '../search/query.ts';
import { type SearchSummary, searchFiles } from '../search/search-files.ts';
import { sourcesOf } from '../sources-in-use.ts';
import { colours, createWriter } from './output.ts';
import { checkZone } from './scan.ts';
import { wholeNumber } from './whole-number.ts';

interface Options {
  readonly config?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit?: string;
  readonly program?: string;
  readonly timezone?: string;
  readonly json?: boolean;
}

/** Prints what matches, the oldest file first; exit code 1 when nothing does. */
export async function search(text: string, paths: readonly string[], options: Options): Promise<void> {
  const { config } = loadConfig(options.config ?? null);
  const { language } = config;
  checkZone(options.timezone);
  const limit = options.limit === undefined ? Number.POSITIVE_INFINITY : wholeNumber('limit', options.limit);
  const query = understood(text, language);
  const files =
    paths.length > 0
      ? paths.map((path) => namedFile(path, options))
      : logFilesOf(sourcesOf(config, { log: silentLog, now: Date.now }).sources.map((each) => each.ref)).toReversed();
  if (files.length === 0) fail('SEARCH_FILES', { message: t(language, 'search.nofiles') });
  const proxies = trustedProxies(config.decisions.trusted_proxies).map((each) => each.network);
  const out = createWriter();
  const json = options.json === true;
  const progress = !json && process.stderr.isTTY === true && process.stdout.isTTY !== true;
  let told = 0;
  let shown = 0;
  const summary = await searchFiles(
    { query, from: timeOf(options.from), to: timeOf(options.to), files },
    { decoderOf: ({ timezone, program }) => createDecode({ timezone, program, persist: false, proxies }) },
    {
      hit(hit) {
        out.line(json ? JSON.stringify(hitJson(hit)) : hitText(hit, files.length > 1));
        return ++shown < limit;
      },
      progress({ lines, matched }) {
        out.flush();
        if (progress && Date.now() - told > 100) {
          told = Date.now();
          process.stderr.write(`\r${lines.toLocaleString()} ... ${matched.toLocaleString()}`);
        }
        return true;
      },
    },
  );
  if (progress) process.stderr.write('\r\x1b[K');
  if (json) out.line(JSON.stringify({ type: 'summary', ...summary }));
  out.flush();
  tellEnd(summary, language, json);
  if (summary.matched === 0) process.exitCode = summary.problems.length > 0 ? 2 : 1;
}

function understood(text: string, language: Language): Query {
  try {
    return parseQuery(text);
  } catch (error) {
    if (!(error instanceof QueryFault)) throw error;
    const { code, column, near } = error;
    const shown = escapeControls(text);
    return fail('SEARCH_QUERY', {
      message: t(language, 'search.wrong', { column, fault: t(language, `search.${code}`, { near }) }),
      hint: `${shown}\n        ${' '.repeat(escapeControls(text.slice(0, column - 1)).length)}^`,
      at: { file: 'query', line: 1, column },
    });
  }
}

function namedFile(path: string, options: Options): LogFile {
  const full = resolve(path);
  const source = {
    id: `file:${full}`,
    program: options.program ?? labelOf(full),
    timezone: options.timezone ?? null,
  };
  return { path: full, source, bytes: 0, mtimeMs: Number.POSITIVE_INFINITY };
}

/** Milliseconds since the epoch of an ISO time or of so long ago. */
function timeOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const ago = parseDuration(text);
  const at = ago === null ? Date.parse(text) : Date.now() - ago * 1000;
  if (Number.isNaN(at))
    fail('USAGE_TIME', { message: `\`${text}\` is no time`, hint: 'write 2026-11-24T08:00:00Z, or 24h for a day ago' });
  return at;
}

function hitJson({ at, file, offset, text, event }: Hit): Record<string, unknown> {
  const time = at > 0 ? new Date(at).toISOString() : null;
  return { type: 'line', at: time, file: file.path, offset, text, fields: event === null ? {} : toEcs(event) };
}

function hitText({ file, text }: Hit, withFile: boolean): string {
  return `${withFile ? colours.dim(`${escapeControls(file.path)}: `) : ''}${escapeControls(text)}`;
}

function tellEnd(summary: SearchSummary, language: Language, json: boolean): void {
  for (const { file, message } of summary.problems) console.error(`bekci: ${escapeControls(file)}: ${message}`);
  for (const { field, nearest } of summary.unseen)
    console.error(
      `bekci: ${nearest === null ? t(language, 'search.unseen', { field }) : t(language, 'search.nearest', { field, nearest })}`,
    );
  if (json) return;
  const { matched, lines, files } = summary;
  console.error(
    colours.dim(
      t(language, 'search.summary', {
        matched: matched.toLocaleString(language),
        lines: lines.toLocaleString(language),
        files,
      }),
    ),
  );
}
