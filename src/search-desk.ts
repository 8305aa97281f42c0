/** The search as the API asks for it: configured sources only, a thread a search, what was found marked. */
import { markLine } from './api/handlers/mark-line.ts';
import type { SearchDesk } from './api/ports.ts';
import type { Config } from './config/schema.ts';
import { trustedProxies } from './decisions/protected.ts';
import { t } from './kit/messages/messages.ts';
import type { SourceRef } from './model/line.ts';
import { logFilesOf } from './search/log-files.ts';
import { parseQuery } from './search/parse-query.ts';
import { QueryFault } from './search/query.ts';
import type { FoundLine } from './search/search-thread.ts';
import { searches } from './search/start-search.ts';

/** The search over sources. */
export function createSearchDesk(sources: readonly SourceRef[], config: Config): SearchDesk {
  const proxies = trustedProxies(config.decisions.trusted_proxies).map((each) => each.network);
  const machine = config.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zoneOf = (id: string): string => sources.find((each) => each.id === id)?.timezone ?? machine;
  return {
    sources() {
      const files = logFilesOf(sources);
      return sources.flatMap(({ id }) => {
        const mine = files.filter((file) => file.source.id === id);
        const bytes = mine.reduce((sum, file) => sum + file.bytes, 0);
        return mine.length === 0 ? [] : [{ id, files: mine.length, bytes }];
      });
    },
    faultOf(text) {
      try {
        parseQuery(text);
        return null;
      } catch (error) {
        if (!(error instanceof QueryFault)) throw error;
        const { code, column, near } = error;
        return { code, column, message: t('en', `search.${code}`, { near }) };
      }
    },
    start({ q, from, to, source, limit }, told) {
      const files = logFilesOf(sources.filter((each) => source === undefined || each.id === source));
      const task = { query: parseQuery(q), from: from ?? null, to: to ?? null, files, limit, proxies };
      const running = searches.start(task, {
        done: (word) => word.kind === 'done',
        word(word) {
          if (word.kind === 'done') {
            const { lines, matched, bytes, files: read, problems, unseen } = word.summary;
            told({ event: 'done', lines, matched, bytes, files: read, problems, unseen });
          } else {
            const { progress, histogram, facets, hits } = word;
            told({
              event: 'progress',
              ...progress,
              histogram,
              facets,
              hits: hits.map((hit) => toLine(hit, zoneOf(hit.source))),
            });
          }
        },
        failed: (reason, message) => told({ event: 'failed', reason, message }),
      });
      told({ event: 'begin', files: files.length, bytes: files.reduce((sum, file) => sum + file.bytes, 0) });
      return running;
    },
  };
}

function toLine(
  { text, source, at, fields, file, offset }: FoundLine,
  zone: string,
): ReturnType<typeof markLine> & {
  readonly file: string;
  readonly offset: number;
} {
  return { ...markLine(text, source, { at: at > 0 ? at : null, zone, fields }), file, offset };
}
