/** Says when an address on a list logs in, fails to, asks for something, or knocks at the firewall. */
import type { StateEntry } from '../../kit/state.ts';
import { copyText } from '../../kit/text.ts';
import type { RuleAction, RuleInfo } from '../../model/detection.ts';
import type { LogEvent } from '../../model/log-event.ts';
import type { Detector } from '../detector.ts';
import type { PrefixTable } from './prefix-table.ts';

/** The same address is told at most once in this time of the log. */
const QUIET_MS = 3_600_000;
const MAX_TOLD = 100_000;

/** What the detector looks up in. */
export interface IntelSource {
  table(): PrefixTable;
  nameOf(list: number): string;
}

/** A detector over lists. */
export function createIntelDetector(source: IntelSource, action: RuleAction): Detector {
  const contact: RuleInfo = {
    id: 'bekci-known-bad-contact',
    title: 'Contact from a known-bad address',
    level: 'medium',
    tags: ['attack.reconnaissance', 'attack.t1595'],
    kind: 'indicator',
    action,
    banSeconds: null,
  };
  const login: RuleInfo = {
    id: 'bekci-known-bad-login',
    title: 'Login from a known-bad address',
    level: 'critical',
    tags: ['attack.initial-access', 'attack.t1078'],
    kind: 'indicator',
    action,
    banSeconds: null,
  };
  const told = new Map<string, number>();
  const dirty = new Set<string>();
  let lastAddress = '';
  let lastFound = -1;

  function listOf(event: LogEvent): number {
    const ip = event.fields['source.ip'];
    if (typeof ip !== 'string') return -1;
    if (ip !== lastAddress) {
      lastFound = source.table().lookup(ip);
      lastAddress = copyText(ip);
    }
    return lastFound;
  }

  function ruleFor(event: LogEvent): RuleInfo {
    return event.fields['event.category'] === 'authentication' && event.fields['event.outcome'] === 'success'
      ? login
      : contact;
  }

  return {
    name: 'intel',
    detect(event, place, out) {
      if (source.table().size === 0) return;
      const list = listOf(event);
      if (list < 0) return;
      const rule = ruleFor(event);
      const key = `${rule === login ? 'login' : 'contact'} ${lastAddress}`;
      const last = told.get(key);
      if (last !== undefined && event.time - last < QUIET_MS) return;
      told.delete(key);
      told.set(key, event.time);
      dirty.add(key);
      if (told.size > MAX_TOLD) {
        const oldest = told.keys().next().value!;
        told.delete(oldest);
        dirty.add(oldest);
      }
      out.push({
        rule,
        at: event.time,
        entity: { 'source.ip': lastAddress },
        events: 1,
        evidence: [{ source: place.source, generation: place.generation, offset: place.offset }],
        facts: { feed: source.nameOf(list) },
      });
    },
    explain: (event) => (listOf(event) < 0 ? [] : [{ rule: ruleFor(event), role: 'alert' }]),
    drainDirty() {
      const entries = [...dirty].map(
        (key): StateEntry => ({ key, value: told.has(key) ? String(told.get(key)) : null }),
      );
      dirty.clear();
      return entries;
    },
    restore(entries) {
      for (const { key, value } of entries) told.set(key, Number(value));
    },
    stats: () => ({ indicators: source.table().size }),
  };
}
