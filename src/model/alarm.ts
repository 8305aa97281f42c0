/** An alarm: bekci itself is in trouble. Raised once, cleared once. */

/** What may be wrong, and how bad it is: red means that attacks may go unseen or unstopped. */
export const ALARMS = {
  /** A source that used to speak is silent. */
  silent: 'red',
  /** A smaller share of a source's lines is understood than before. */
  share: 'red',
  /** The clock of a source is off. */
  skew: 'red',
  /** Reading is far behind. */
  lag: 'red',
  /** A source was there and is gone. */
  lost: 'red',
  /** A source keeps breaking. */
  broken: 'red',
  /** A firewall fails. */
  firewall: 'red',
  /** Bans wait too long, or failed. */
  pending: 'red',
  /** A notifier fails. */
  notifier: 'red',
  /** The store does not write. */
  store: 'red',
  /** The canary does not come through. */
  canary: 'red',
  /** A source that was never there. */
  missing: 'yellow',
  /** A cap on bans is reached. */
  cap: 'yellow',
  /** Correlations forget groups or events because there are too many. */
  bound: 'yellow',
  /** Something keeps wiping the bans. */
  drift: 'yellow',
  /** It is asked to block and only observes: panic, or a trial that nobody confirmed. */
  disarmed: 'yellow',
  /** All web traffic comes through what is probably a proxy. */
  proxy: 'yellow',
} as const satisfies Readonly<Record<string, 'red' | 'yellow'>>;

/** Name of an alarm. */
export type AlarmCode = keyof typeof ALARMS;

/** What is wrong with what. */
export interface AlarmCause {
  readonly code: AlarmCode;
  /** The source, notifier, responder or cap; empty where there is only one. */
  readonly subject: string;
  /** What the texts about it tell. May hold text of others: escape it for its medium. */
  readonly values: Readonly<Record<string, string | number>>;
}

/** An alarm that is raised. */
export interface Alarm extends AlarmCause {
  readonly colour: 'red' | 'yellow';
  /** When it was raised, ms since the epoch. */
  readonly since: number;
}

/** What one message tells about alarms. */
export interface AlarmNews {
  readonly raised: readonly Alarm[];
  /** Those that are over, and after how many seconds. */
  readonly cleared: readonly (Alarm & { readonly seconds: number })[];
}
