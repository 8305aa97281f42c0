/** The worker thread of a search: reads, decodes and tests away from the event loop, and tells of it five times a second. */
import { parentPort, workerData } from 'node:worker_threads';
import { createDecode } from '../decoders/decode.ts';
import type { Network } from '../kit/cidr.ts';
import { stepBack } from '../kit/thread.ts';
import { toEcs } from '../model/log-event.ts';
import { type Facet, Facets } from './facets.ts';
import { GrowingHistogram, type Histogram } from './histogram.ts';
import { type Hit, NewestHits } from './newest-hits.ts';
import { type SearchProgress, type SearchRequest, type SearchSummary, searchFiles } from './search-files.ts';

/** What the thread is given. */
export interface ThreadTask extends SearchRequest {
  readonly limit: number;
  readonly proxies: readonly Network[];
}

/** A line as it is told. */
export interface FoundLine {
  readonly at: number;
  readonly source: string;
  readonly file: string;
  readonly offset: number;
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What the thread tells. */
export type ThreadWord =
  | {
      readonly kind: 'progress';
      readonly hits: readonly FoundLine[];
      readonly progress: SearchProgress;
      readonly histogram: Histogram | null;
      readonly facets: readonly Facet[];
    }
  | { readonly kind: 'done'; readonly summary: SearchSummary };

const TELL_EVERY_MS = 200;
const MAX_TEXT = 8192;

function toFound({ at, offset, file, text, event }: Hit): FoundLine {
  return {
    at,
    source: file.source.id,
    file: file.path,
    offset,
    text: text.slice(0, MAX_TEXT),
    fields: event === null ? {} : toEcs(event),
  };
}

async function run(task: ThreadTask): Promise<void> {
  const newest = new NewestHits(task.limit);
  const histogram = new GrowingHistogram();
  const facets = new Facets();
  let toldAt = performance.now();
  const tell = (progress: SearchProgress): void => {
    toldAt = performance.now();
    const word: ThreadWord = {
      kind: 'progress',
      hits: newest.take().map(toFound),
      progress: { ...progress },
      histogram: histogram.read(),
      facets: facets.read(),
    };
    parentPort?.postMessage(word);
  };
  const summary = await searchFiles(
    task,
    {
      decoderOf: ({ timezone, program }) => createDecode({ timezone, program, persist: false, proxies: task.proxies }),
    },
    {
      hit(found) {
        newest.add(found);
        if (found.at > 0) histogram.add(found.at);
        if (found.event !== null) facets.add(found.event);
        return true;
      },
      progress(progress) {
        if (performance.now() - toldAt >= TELL_EVERY_MS) tell(progress);
        return true;
      },
    },
  );
  tell(summary);
  parentPort?.postMessage({ kind: 'done', summary } satisfies ThreadWord);
}

stepBack();
await run(workerData as ThreadTask);
