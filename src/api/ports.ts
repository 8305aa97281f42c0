/** What the API asks of the rest of the program, so that it knows neither rules nor files nor lists. */
import type { EngineHandle } from '../engine/handle.ts';
import type { Log } from '../kit/log.ts';
import type { ApiStore } from '../store/api-store.ts';
import type { Given, RouteInput } from './contract.ts';

type Place = NonNullable<Given<'entity'>['place']>;
type Hits = 'hits' | 'lastHitAt';
/** A rule without what the store counts of it. */
export type KnownRule = Omit<Given<'rules'>['items'][number], Hits>;

/** Rules in use. */
export interface RulesDesk {
  list(): readonly KnownRule[];
  problems(): Given<'rules'>['problems'];
  /** The text of the file a rule is written in; null for an unknown id. */
  textOf(id: string): string | null;
}
/** What lines mean. */
export interface LogsDesk {
  explain(request: RouteInput<'explain'>['body']): Given<'explain'>;
  /** Time and flat fields of a raw line of a source; null and empty when it does not decode. */
  fieldsOf(
    text: string,
    source: string,
  ): { readonly at: number | null; readonly zone: string; readonly fields: Readonly<Record<string, unknown>> };
}
/** Lists of known-bad addresses. */
export interface IntelDesk {
  feeds(): readonly {
    readonly name: string;
    readonly kind: 'list' | 'feed';
    readonly place: string;
    readonly everySeconds: number | null;
    readonly entries: number;
    readonly at: number | null;
    readonly problem: string | null;
  }[];
  /** Names of the lists that have an address. */
  lookup(address: string): readonly string[];
}
/** Countries and networks of addresses, from files the machine has. */
export interface AtlasDesk {
  /** Opens what is new. */
  ready(): Promise<Given<'places'>['files']>;
  of(address: string): Place;
}
/** Searching the log files behind the sources. */
export interface SearchDesk {
  /** Sources that have files, the newest file first. */
  sources(): Given<'searchSources'>['items'];
  /** What is wrong with a query, or null. */
  faultOf(query: string): { readonly code: string; readonly column: number; readonly message: string } | null;
  /** Starts a search; `told` hears each record. Throws API_BUSY. The query must be right. */
  start(request: RouteInput<'search'>['query'], told: (record: Given<'search'>) => void): { cancel(): void };
}
/** The configuration's file. */
export interface SettingsDesk {
  read(): Given<'settings'>;
  check(wish: RouteInput<'checkSettings'>['body']): Given<'checkSettings'>;
  /** Throws API_CONFLICT when the file is not as it was read, or cannot be written. */
  write(wish: RouteInput<'checkSettings'>['body'], revision: string): Given<'writeSettings'>;
  test(kind: 'notifier' | 'responder', index: number): Promise<Given<'testSetting'>>;
}
/** What was learned. */
export interface ModelsDesk {
  state(): Given<'models'>;
  /** Remembers that an entity is normal here, or no longer; false when nothing is learned. */
  setNormal(entity: string, normal: boolean): boolean;
  /** True for the rules under which the learning detector speaks. */
  owns(rule: string): boolean;
}
/** The rules' bench. */
export interface BenchDesk {
  /** Ends early, with API_BUSY, when the signal says that nobody waits. */
  tryOut(body: RouteInput<'tryRule'>['body'], signal?: AbortSignal): Promise<Given<'tryRule'>>;
  /** Throws API_BUSY. */
  backtest(body: RouteInput<'backtestRule'>['body'], told: (record: Given<'backtestRule'>) => void): { cancel(): void };
  own(): Given<'ownRules'>['items'];
  /** Measured once for the rules in use; throws API_BUSY when that failed. */
  costs(): Promise<Given<'ruleCosts'>>;
  save(name: string, text: string): Promise<Given<'saveRule'>>;
  remove(name: string): number;
}
/** The allowlist. */
export interface GuardDesk {
  /** Entries of the configuration. */
  readonly configured: readonly string[];
  /** The page's entries changed: the door looks anew, at once. */
  changed(): void;
}
/** Settings of the HTTP door. */
export interface ApiSettings {
  /** `host:port` that is listened on. */
  readonly listen: string;
  /** Further names under which the page may be asked for. */
  readonly hosts: readonly string[];
  /** Where the page is for those outside, `https://name[:port]`; null when nobody said. */
  readonly publicUrl: string | null;
  /** Networks of proxies whose X-Forwarded-For and -Proto are believed. */
  readonly proxies: readonly string[];
  /** Certificate and key (PEM files) to serve over TLS with; null for plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  readonly sessionSeconds: number;
  readonly language: 'en' | 'tr';
  /** Folder of the built dashboard; may not exist. */
  readonly webRoot: string;
}
/** Everything the API stands on. */
export interface ApiParts {
  /** What is watched is made up: the pages say so. */
  readonly demonstration: boolean;
  readonly engine: EngineHandle;
  readonly api: ApiStore;
  readonly rules: RulesDesk;
  readonly logs: LogsDesk;
  readonly intel: IntelDesk;
  readonly atlas: AtlasDesk;
  readonly search: SearchDesk;
  readonly settings: SettingsDesk;
  readonly models: ModelsDesk;
  readonly bench: BenchDesk;
  readonly guard: GuardDesk;
  readonly http: ApiSettings;
  readonly log: Log;
  readonly now: () => number;
  /** Notes a failed sign-in where bekci itself reads it. */
  loginFailed(user: string, address: string, why: string): void;
}
