/** What the API asks of the rest of the program, so that it knows neither rules nor files nor notifiers. */
import type { EngineHandle } from '../engine/handle.ts';
import type { Log } from '../kit/log.ts';
import type { ApiStore } from '../store/api-store.ts';
import type { Store } from '../store/store.ts';
import type { RouteAnswer, RouteRequest } from './contract.ts';

/** Rules, their texts and changes. */
export interface RulesDesk {
  list(): RouteAnswer<'rules'>;
  one(id: string): RouteAnswer<'rule'> | null;
  check(text: string, cases: string | undefined): RouteAnswer<'checkRule'>;
  coverage(): RouteAnswer<'ruleCoverage'>;
  /** Takes the overrides of the store over. */
  reload(): 'now' | 'at-restart';
  save(name: string, text: string, cases: string | undefined): RouteAnswer<'saveRule'>;
  remove(name: string): RouteAnswer<'deleteRule'>;
}
/** The configuration file. */
export interface SettingsDesk {
  read(): RouteAnswer<'settings'>;
  schema(): Record<string, unknown>;
  check(text: string): RouteAnswer<'checkSettings'>;
  save(text: string, version: string): RouteAnswer<'saveSettings'>;
}
/** Log files and lines. */
export interface LogsDesk {
  files(): RouteAnswer<'searchFields'>;
  search(request: RouteRequest<'search'>['body'], signal: AbortSignal): AsyncIterable<RouteAnswer<'search'>>;
  checkQuery(query: string): RouteAnswer<'checkSearch'>;
  backtest(request: RouteRequest<'backtest'>['body'], signal: AbortSignal): AsyncIterable<RouteAnswer<'backtest'>>;
  explain(request: RouteRequest<'explain'>['body']): RouteAnswer<'explain'>;
  /** Fields of a raw line of a source, empty when it does not decode. */
  fieldsOf(text: string, source: string): { readonly at: number | null; readonly fields: Record<string, unknown> };
  /** Newest lines of a source that nothing could read. */
  undecoded(source: string): readonly { readonly text: string; readonly at: number }[];
}
/** Lists of known-bad addresses. */
export interface IntelDesk {
  size(): number;
  feeds(): readonly {
    readonly name: string;
    readonly entries: number;
    readonly at: number | null;
    readonly problem: string | null;
  }[];
  lookup(value: string): readonly string[];
}
/** Those who are told and those who block. */
export interface EndsDesk {
  notifiers(): RouteAnswer<'notifiers'>;
  testNotifier(id: string): Promise<RouteAnswer<'testNotifier'>> | null;
  responders(): RouteAnswer<'responders'>;
  testResponder(id: string): Promise<RouteAnswer<'testResponder'>> | null;
}
/** Who may not be banned. */
export interface GuardDesk {
  /** Why a ban of this address would be refused now, or null. */
  protection(ip: string): { readonly code: string; readonly detail: string } | null;
  /** The canonical form of an allowlist entry, or null when it is no address or network. */
  canonical(value: string): string | null;
  configured(): readonly string[];
  /** The page's allowlist changed: the door looks anew. */
  changed(): void;
}
/** Settings of the HTTP door that the API itself reads. */
export interface ApiSettings {
  readonly listen: string;
  readonly hosts: readonly string[];
  readonly trustedProxies: readonly string[];
  readonly tls: boolean;
  readonly sessionSeconds: number;
  readonly language: 'en' | 'tr';
  /** Folder of the built dashboard; may not exist. */
  readonly webRoot: string;
}
/** Everything the API stands on. */
export interface ApiParts {
  readonly engine: EngineHandle;
  readonly store: Store;
  readonly api: ApiStore;
  readonly rules: RulesDesk;
  readonly settings: SettingsDesk;
  readonly logs: LogsDesk;
  readonly intel: IntelDesk;
  readonly ends: EndsDesk;
  readonly guard: GuardDesk;
  readonly http: ApiSettings;
  readonly log: Log;
  readonly now: () => number;
  /** Writes one line of the access log that bekci itself reads. */
  accessLog(line: string): void;
}
