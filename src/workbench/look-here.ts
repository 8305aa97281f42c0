/** What this machine's logs hold: kinds of events and a sample of them, from the end of each log. */
import type { Config } from '../config/schema.ts';
import { trustedProxies } from '../decisions/protected.ts';
import { createDecode } from '../decoders/decode.ts';
import type { EventKind, LogEvent } from '../model/log-event.ts';
import { readWholeFile } from '../sources/whole-file.ts';
import { machineLogs } from './machine-logs.ts';

/** What was seen. */
export interface SeenHere {
  readonly kinds: ReadonlySet<EventKind>;
  readonly events: readonly LogEvent[];
  readonly lines: number;
  readonly logs: number;
  readonly problems: readonly string[];
}

const LAST_BYTES = 4 * 1024 * 1024;
/** Events kept of each kind. */
const MAX_EVENTS = 400;

/** Looks at the end of every log of the machine that is a file. */
export async function lookHere(config: Config): Promise<SeenHere> {
  const { logs, problems } = machineLogs(config);
  const kept = new Map<EventKind, LogEvent[]>();
  let lines = 0;
  const proxies = trustedProxies(config.decisions.trusted_proxies).map((each) => each.network);
  const files = logs.flatMap((log) => (log.files.length === 0 ? [] : [{ ...log, path: log.files.at(-1)! }]));
  for (const { path, program, timezone } of files) {
    const decode = createDecode({ timezone, program, year: null, persist: false, proxies });
    for await (const batch of readWholeFile(path, { id: path, program, timezone }, { lastBytes: LAST_BYTES })) {
      lines += batch.texts.length;
      for (const text of batch.texts) {
        const event = decode.decode(text, batch.readAt);
        if (event === null) continue;
        const list = kept.get(event.kind) ?? [];
        if (list.length === 0) kept.set(event.kind, list);
        if (list.length < MAX_EVENTS) list.push(event);
      }
    }
  }
  return { kinds: new Set(kept.keys()), events: [...kept.values()].flat(), lines, logs: files.length, problems };
}
