/** The program's own log: handed in, never global. */

/** Levels of the program's own log. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Writes one message with structured fields. Never throws. */
export type Log = (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** A log that drops everything. */
export const silentLog: Log = () => {};
