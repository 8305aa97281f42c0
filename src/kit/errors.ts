/** One error shape for the whole program: a code, what happened, what to do, where, and whether trying again helps. */

/** Whether the same call may succeed later. Decided where the failure is known, read in one place (the outbox). */
export type Retry = 'no' | 'soon' | { readonly afterMs: number };

/** A place in a file the user can open. Lines and columns start at 1. */
export interface ErrorPlace {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** Everything an error says besides its code. */
export interface ErrorDetails {
  readonly message: string;
  readonly hint?: string;
  readonly at?: ErrorPlace;
  readonly retry?: Retry;
  readonly cause?: unknown;
}

/** An error meant for people: `message` says what, `hint` what to do, `at` where. */
export class AppError extends Error {
  readonly code: string;
  readonly hint: string | null;
  readonly at: ErrorPlace | null;
  readonly retry: Retry;

  constructor(code: string, details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'AppError';
    this.code = code;
    this.hint = details.hint ?? null;
    this.at = details.at ?? null;
    this.retry = details.retry ?? 'no';
  }
}

/** Throws an AppError. */
export function fail(code: string, details: ErrorDetails): never {
  throw new AppError(code, details);
}

/** One printable paragraph: `file:line:column: message (CODE)` and the hint. */
export function describeError(error: unknown): string {
  if (!(error instanceof AppError)) return error instanceof Error ? error.message : String(error);
  const at = error.at;
  const place = at === null ? '' : `${[at.file, at.line, at.column].filter((part) => part !== undefined).join(':')}: `;
  return `${place}${error.message} (${error.code})${error.hint === null ? '' : `\n  hint: ${error.hint}`}`;
}

/** The same on one line, for logs and lists, where a line feed would be shown as an escape. */
export function describeOnOneLine(error: unknown): string {
  return onOneLine(describeError(error));
}

/** A description on one line: the hint stands behind a dash. Other line feeds stay for the escaping of hostile text. */
export function onOneLine(description: string): string {
  return description.replaceAll('\n  hint: ', ' – ');
}
