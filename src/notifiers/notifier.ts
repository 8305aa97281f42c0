/** The contract of notifiers: carry one alert to people. */
import type { AppError } from '../kit/errors.ts';
import type { Log } from '../kit/log.ts';
import type { Alert } from '../model/alert.ts';

/** What a notifier is given. */
export interface NotifierContext {
  readonly log: Log;
  readonly now: () => number;
  /** Language of what people read. */
  readonly language: 'en' | 'tr';
  /** IANA zone in which times are written. */
  readonly timezone: string;
}

/** Carries alerts. Throws an AppError whose `retry` says whether to try again. */
export interface Notifier {
  readonly id: string;
  check(signal: AbortSignal): Promise<AppError | null>;
  send(alert: Alert, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
