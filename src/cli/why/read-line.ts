/** What one line says to bekci, and whom it is about. */
import type { Decode } from '../../decoders/decode.ts';
import type { LogEvent } from '../../model/log-event.ts';
import { toEcs } from '../../model/log-event.ts';
import type { Pipeline } from '../../pipeline.ts';
import type { LineReading } from './incident.ts';

/** Reads lines of one source. */
export interface LineReader {
  read(text: string): { readonly reading: LineReading; readonly about: string | null };
}

/** A reader with a decoder of its own: nothing that the daemon remembers is touched. */
export function createLineReader(pipeline: Pipeline, decoder: Decode, now: number): LineReader {
  const feeds = new Map(pipeline.rules.rules.map((each) => [each.info.id, feedsOf(each)]));
  return {
    read(text) {
      const event = decoder.decode(text, now);
      if (event === null) return { reading: { text, fields: null, rules: [] }, about: null };
      const rules = pipeline.detector.explain(event).map(({ rule, role }) => ({
        ...{ id: rule.id, title: rule.title, level: rule.level, role },
        feeds: feeds.get(rule.id) ?? [],
      }));
      return { reading: { text, fields: toEcs(event), rules }, about: whomOf(event) };
    },
  };
}

/** The address where there is one, else the user. */
function whomOf({ fields }: LogEvent): string | null {
  const who = fields['source.ip'] ?? fields['user.name'];
  return typeof who === 'string' ? who : null;
}

type Linked = Pipeline['rules']['rules'][number];

function feedsOf({ sets }: Linked): LineReading['rules'][number]['feeds'] {
  const rules = new Set(sets.flatMap((set) => set.feeds.map((feed) => feed.correlation.rule)));
  return [...rules].map((rule) => ({
    title: rule.title,
    needed: rule.kind.startsWith('temporal') ? rule.rules.length : (rule.bounds[0]?.value ?? rule.threshold),
    seconds: rule.timespanMs / 1000,
  }));
}
