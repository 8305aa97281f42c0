/** The contract of what the API keeps and reads: lists with cursors, figures kept ready, people, and what they changed. */
import type { Refusal } from '../model/decision.ts';
import type { Level, StoredDetection } from '../model/detection.ts';
import type { DecisionRecord } from './store.ts';

/** One page; `next` is the cursor of the one after, null on the last. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}
/** How a page is asked for. Throws STORE_CURSOR for a cursor that is none. */
export interface PageOptions {
  readonly cursor?: string | undefined;
  readonly limit: number;
}
/** What a person made of an alert. */
export type AlertState = 'new' | 'acknowledged' | 'muted' | 'normal';

/** Detections of one entity within one episode. */
export interface AlertRow {
  readonly id: string;
  readonly entityField: string;
  readonly entity: string;
  readonly level: Level;
  readonly state: AlertState;
  readonly stateUntil: number | null;
  readonly note: string;
  readonly changedBy: string | null;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly detections: number;
  readonly events: number;
  readonly rules: readonly {
    readonly id: string;
    readonly title: string;
    readonly level: Level;
    readonly count: number;
  }[];
  readonly tactics: readonly string[];
  readonly sources: readonly string[];
  readonly decision: DecisionRecord | null;
}
/** Which alerts. */
export interface AlertFilter {
  readonly state?: AlertState | undefined;
  readonly level?: Level | undefined;
  readonly rule?: string | undefined;
  readonly tactic?: string | undefined;
  readonly source?: string | undefined;
  readonly entity?: string | undefined;
  readonly q?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}
/** Which detections. */
export interface DetectionFilter {
  readonly rule?: string | undefined;
  readonly level?: Level | undefined;
  readonly entity?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}
/** Which decisions. */
export interface DecisionFilter {
  readonly state: 'active' | 'pending' | 'applied' | 'failed' | 'observed' | 'ended' | 'all';
  readonly origin?: string | undefined;
  readonly rule?: string | undefined;
  readonly now: number;
  /** Only of this address, and of the usual networks around it. */
  readonly about?: string | undefined;
  /** Decides for each row; what it refuses is passed over, at most 100,000 rows a page. */
  readonly accept?: ((ip: string) => boolean) | undefined;
}
/** One entity as a row. */
export interface EntityRow {
  readonly field: string;
  readonly value: string;
  readonly level: Level;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly detections: number;
  readonly alerts: number;
}
/** One bucket of the timeline. */
export interface Bucket {
  readonly at: number;
  readonly lines: number;
  readonly decoded: number;
  readonly bans: number;
  readonly detections: Readonly<Record<Level, number>>;
}
/** One change, by its number. */
export interface Change {
  readonly seq: number;
  readonly kind: 'detection' | 'decision' | 'alert';
  readonly ref: string;
}

/** Lists and single things. */
export interface ListStore {
  alerts(filter: AlertFilter, page: PageOptions): Page<AlertRow>;
  alert(id: string): AlertRow | null;
  alertCounts(): Readonly<Record<AlertState, number>>;
  setAlertState(
    ids: readonly string[],
    change: {
      readonly state: AlertState;
      readonly until: number | null;
      readonly note: string | null;
      readonly by: string;
    },
  ): number;
  /** True while a person wants no messages about this. */
  isMuted(entity: string, rule: string, now: number): boolean;
  detections(filter: DetectionFilter, page: PageOptions): Page<StoredDetection>;
  detection(id: string): StoredDetection | null;
  decisions(filter: DecisionFilter, page: PageOptions): Page<DecisionRecord>;
  decision(id: string): DecisionRecord | null;
  decisionCounts(now: number): Readonly<Record<'active' | 'pending' | 'applied' | 'failed' | 'observed', number>>;
  refusals(ip: string, limit: number): readonly Refusal[];
  entities(
    filter: {
      readonly field?: string | undefined;
      readonly q?: string | undefined;
      readonly prefix?: string | undefined;
      /** Decides for each row; what it refuses is passed over, at most 100,000 rows a page. */
      readonly accept?: ((value: string) => boolean) | undefined;
    },
    page: PageOptions,
  ): Page<EntityRow>;
  entity(value: string): EntityRow | null;
}
/** Figures and changes. */
export interface FigureStore {
  /** Adds lines read to the timeline. */
  addLines(at: number, lines: number, decoded: number): void;
  buckets(from: number, to: number, sizeMs: 60_000 | 3_600_000): readonly Bucket[];
  top(
    kind: 'entity' | 'rule' | 'source' | 'user' | 'network',
    from: number,
    to: number,
    limit: number,
  ): readonly { readonly key: string; readonly title: string; readonly count: number; readonly lastAt: number }[];
  ruleHits(): ReadonlyMap<string, { readonly hits: number; readonly lastAt: number }>;
  /** Weight of an entity's detections a day. */
  scores(entity: string): readonly { readonly at: number; readonly score: number }[];
  changesAfter(seq: number, limit: number): readonly Change[];
  /** Lowest and highest number kept; equal zero when there are none. */
  changeRange(): { readonly first: number; readonly last: number };
  prune(before: number): void;
}
/** Somebody who may sign in. */
export interface UserRow {
  readonly name: string;
  readonly role: string;
  readonly hash: string;
  readonly totp: string | null;
  readonly totpPending: string | null;
  /** Number of the last 30-second step whose code was used. */
  readonly totpLast: number;
  readonly createdAt: number;
  readonly lastLoginAt: number | null;
  readonly disabled: boolean;
}
/** A signed-in browser. */
export interface SessionRow {
  readonly hash: string;
  readonly id: string;
  readonly user: string;
  readonly role: string;
  readonly csrf: string;
  readonly createdAt: number;
  readonly seenAt: number;
  readonly expiresAt: number;
  readonly address: string;
  readonly agent: string;
}
/** A token for programs. */
export interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly hash: string;
  readonly role: string;
  readonly scopes: readonly string[];
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
  readonly by: string;
}
/** The public half of a passkey (WebAuthn). */
export interface PasskeyRow {
  /** Credential id, base64url. */
  readonly id: string;
  readonly user: string;
  readonly name: string;
  /** Name of the page it was made for: it works under no other. */
  readonly rp: string;
  /** What the key calls its owner, base64url; the same for all keys of a user. */
  readonly handle: string;
  /** COSE key, base64url. */
  readonly publicKey: string;
  /** How often it has signed, as it last said; 0 when it does not count. */
  readonly counter: number;
  readonly transports: readonly string[];
  /** It may be on several devices (a password manager's). */
  readonly synced: boolean;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}
/** Passkeys. */
export interface PasskeyStore {
  passkeys(user: string): readonly PasskeyRow[];
  hasPasskeys(): boolean;
  passkey(id: string): PasskeyRow | null;
  /** False when the key is known already. */
  addPasskey(key: PasskeyRow): boolean;
  /** Notes a use; false when the counter did not grow, so that the key was copied or the answer is an old one. Atomic. */
  takePasskeyUse(id: string, counter: number, at: number): boolean;
  removePasskey(user: string, id: string): number;
  removePasskeys(user: string): number;
}
/** People, sessions, tokens, links. */
export interface PeopleStore {
  users(): readonly UserRow[];
  user(name: string): UserRow | null;
  /** False when the name is taken. */
  addUser(user: Pick<UserRow, 'name' | 'role' | 'hash' | 'createdAt'>): boolean;
  changeUser(name: string, change: Partial<Omit<UserRow, 'name'>>): void;
  /** Takes a step of the second factor; false when it or a later one was used. Atomic. */
  takeTotpStep(name: string, step: number): boolean;
  removeUser(name: string): number;
  addSession(session: SessionRow): void;
  session(hash: string): SessionRow | null;
  sessions(user: string | null, now: number): readonly SessionRow[];
  touchSession(hash: string, seenAt: number): void;
  endSession(id: string): number;
  endSessions(user: string, except: string | null): number;
  addToken(token: TokenRow): void;
  token(hash: string): TokenRow | null;
  tokens(): readonly TokenRow[];
  touchToken(id: string, at: number): void;
  removeToken(id: string): number;
  /** Number of the last change that a bouncer was told; null when it never asked. */
  pulled(key: string): number | null;
  setPulled(key: string, seq: number, at: number): void;
  addLink(hash: string, role: string, expiresAt: number): void;
  /** The role of a link that was never used, which it takes; null otherwise. Atomic. */
  takeLink(hash: string, now: number): string | null;
}
/** One allowlist entry of the page. */
export interface AllowRow {
  readonly id: string;
  readonly value: string;
  readonly note: string;
  readonly expiresAt: number | null;
  readonly createdAt: number;
  readonly by: string;
}
/** Who did what. */
export interface AuditRow {
  readonly id: string;
  readonly at: number;
  readonly who: string;
  readonly address: string | null;
  readonly action: string;
  readonly target: string;
  readonly detail: string;
  readonly ok: boolean;
  /** Seals the row and all before it; empty for rows of a version that sealed nothing. */
  readonly hash: string;
}
/** What a walk along the chain of the audit found. */
export interface AuditProof {
  readonly rows: number;
  /** Rows at the beginning that an older version wrote without a seal. */
  readonly unsealed: number;
  /** The first row that is wrong, or after which something is; null when all is right. */
  readonly brokenAt: number | null;
  /** `changed`: a row says something else than when it was written; `gap`: a row is missing or was slipped in; `cut`: rows at the end are gone; `unknown-head`: the noted hash is not in it. */
  readonly fault: 'changed' | 'gap' | 'cut' | 'unknown-head' | null;
  /** Seal of the newest row: note it elsewhere, and nobody can write another past. */
  readonly head: string | null;
}
/** Which rows of the audit. */
export interface AuditFilter {
  readonly who?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
  readonly since?: number | undefined;
}
/** A search that is kept under a name. */
export interface SavedSearchRow {
  readonly id: string;
  readonly name: string;
  readonly query: string;
  readonly createdAt: number;
  readonly by: string;
}
/** What people keep here. */
export interface DeskStore {
  allow(): readonly AllowRow[];
  addAllow(entry: AllowRow): void;
  changeAllow(id: string, change: { readonly note: string; readonly expiresAt: number | null }): void;
  removeAllow(id: string): number;
  searches(): readonly SavedSearchRow[];
  addSearch(search: SavedSearchRow): void;
  removeSearch(id: string): number;
  audit(filter: AuditFilter, page: PageOptions): Page<AuditRow>;
  addAudit(entry: Omit<AuditRow, 'id' | 'hash'>): void;
  verifyAudit(noted?: string): AuditProof;
  idempotent(
    key: string,
    after: number,
  ): { readonly request: string; readonly status: number; readonly body: string } | null;
  saveIdempotent(key: string, request: string, status: number, body: string, at: number): void;
}
/** All of it. */
export interface ApiStore extends ListStore, FigureStore, PeopleStore, PasskeyStore, DeskStore {
  close(): void;
}
