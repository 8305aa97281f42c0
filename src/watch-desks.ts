/** The daemon's parts as the API asks for them: rules, lines, lists, the page's allowlist. */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { IntelDesk, KnownRule, LogsDesk, RulesDesk } from './api/ports.ts';
import type { Config } from './config/schema.ts';
import type { Protected } from './decisions/door-check.ts';
import type { Feeds } from './detectors/intel/feeds.ts';
import { CANARY_RULE } from './guard/canary-rule.ts';
import { type Network, overlaps, parseNetwork } from './kit/cidr.ts';
import type { RuleInfo } from './model/detection.ts';
import type { SourceRef } from './model/line.ts';
import { toEcs } from './model/log-event.ts';
import { BUNDLED_RULES, type Pipeline } from './pipeline.ts';
import { sourceOfStream } from './sources/source.ts';
import type { ApiStore } from './store/api-store.ts';

/** Entries that people added to the allowlist, as the door asks for them. */
export interface PageAllowlist {
  protects(network: Network): Pick<Protected, 'code' | 'detail'> | null;
  /** Reads the entries anew. */
  changed(): void;
}

/** The allowlist of the store, held in memory. */
export function createPageAllowlist(store: Pick<ApiStore, 'allow'>, now: () => number): PageAllowlist {
  let entries: readonly { readonly network: Network; readonly detail: string; readonly until: number }[] = [];
  const changed = (): void => {
    entries = store.allow().flatMap(({ value, note, expiresAt }) => {
      const network = parseNetwork(value);
      const detail = note === '' ? value : `${value}: ${note}`;
      return network === null ? [] : [{ network, detail, until: expiresAt ?? Number.POSITIVE_INFINITY }];
    });
  };
  changed();
  return {
    changed,
    protects(network) {
      const found = entries.find((each) => each.until > now() && overlaps(each.network, network));
      return found === undefined ? null : { code: 'allowlist', detail: found.detail };
    },
  };
}

/** Rules in use, as the pages list them. */
export function createRulesDesk(pipeline: Pipeline, config: Config): RulesDesk {
  let set = pipeline.rules;
  let paths = new Map<string, string>();
  let items: KnownRule[] = [];
  const overrides = config.rules.overrides;
  function known(info: RuleInfo, name: string | null, alerts: boolean, kind: KnownRule['kind']): KnownRule {
    const { id, title, level, action, tags } = info;
    const path = paths.get(id) ?? '';
    const inside = relative(BUNDLED_RULES, path);
    const bundled = path !== '' && !inside.startsWith('..');
    return {
      ...{ id, name, title, level, action, tags, kind },
      evidence: !alerts,
      path: bundled ? join('rules', inside) : path,
      origin: bundled ? 'bundled' : 'configured',
      changed: Object.hasOwn(overrides, id) || (name !== null && Object.hasOwn(overrides, name)),
    };
  }
  /** Rules may be loaded anew while the pages are open. */
  function look(): void {
    set = pipeline.rules;
    paths = new Map(set.loaded.map((each) => [each.id, each.path]));
    items = [
      // The canary's rule finds nobody: it is no rule to look at.
      ...set.rules
        .filter((each) => each.info.id !== CANARY_RULE)
        .map((each) => known(each.info, each.rule.name, each.alerts, 'rule')),
      ...set.correlations.map((each) => known(each.info, each.rule.name, each.alerts, 'correlation')),
    ];
  }
  look();
  return {
    list() {
      if (set !== pipeline.rules) look();
      return items;
    },
    problems: () =>
      pipeline.ruleErrors.map((error) => ({
        path: error.at?.file ?? '',
        message: error.message,
        hint: error.hint,
        line: error.at?.line ?? null,
        column: error.at?.column ?? null,
      })),
    textOf(id) {
      const path = paths.get(id);
      if (path === undefined) return null;
      try {
        return readFileSync(path, 'utf8');
      } catch {
        // Inside an archive, or gone since.
        return '';
      }
    },
  };
}

/** What lines mean, with decoders of its own: nothing here touches what the engine remembers. */
export function createLogsDesk(
  pipeline: Pipeline,
  sources: readonly SourceRef[],
  zone: string,
  now: () => number,
): LogsDesk {
  return {
    explain({ lines, program, timezone }) {
      const { decode } = pipeline.decoderOf({ id: 'explain', program: program ?? null, timezone: timezone ?? null });
      return {
        items: lines.map((text) => {
          const event = decode(text, now());
          const rules = event === null ? [] : pipeline.detector.explain(event);
          return {
            text,
            event: event === null ? null : toEcs(event),
            rules: rules.map(({ rule, role }) => ({ id: rule.id, title: rule.title, level: rule.level, role })),
          };
        }),
      };
    },
    fieldsOf(text, id) {
      const source = sources.find((each) => each.id === id || each.id === sourceOfStream(id)) ?? {
        id,
        program: null,
        timezone: null,
      };
      const event = pipeline.decoderOf(source).decode(text, now());
      const own = source.timezone ?? zone;
      return event === null ? { at: null, zone: own, fields: {} } : { at: event.time, zone: own, fields: toEcs(event) };
    },
  };
}

/** Lists of known-bad addresses. */
export function createIntelDesk(feeds: Feeds, { lists, feeds: asked }: Config['intel']): IntelDesk {
  const places = new Map<string, Pick<ReturnType<IntelDesk['feeds']>[number], 'kind' | 'place' | 'everySeconds'>>();
  for (const { name, path } of lists) places.set(name, { kind: 'list', place: path, everySeconds: null });
  // The rest of an address may hold a key.
  for (const { name, url, interval } of asked)
    places.set(name, { kind: 'feed', place: URL.parse(url)?.host ?? '', everySeconds: interval });
  return {
    feeds: () =>
      feeds
        .status()
        .map((each) => ({ ...each, ...(places.get(each.name) ?? { kind: 'list', place: '', everySeconds: null }) })),
    lookup(address) {
      const list = feeds.table().lookup(address);
      return list < 0 ? [] : [feeds.nameOf(list)];
    },
  };
}
