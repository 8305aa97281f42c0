/** Patterns of log files, as `logpath` has them: `*`, `?` and `[a-z]` do not cross a slash, `**` does. */
import { matchesGlob } from 'node:path';
import type { Fail2banSettings } from './settings.ts';

/** Whether a path is one of a pattern's, or the pattern itself. */
export function matchesPath(pattern: string, path: string): boolean {
  return pattern === path || (isPattern(pattern) && matchesGlob(path, pattern));
}

/** Whether a path names several files. */
export function isPattern(path: string): boolean {
  return /[*?[]/.test(path);
}

/** The settings with jails that watch these files only, as far as they watch them anyway. */
export function restrictedTo(settings: Fail2banSettings, files: readonly string[]): Fail2banSettings {
  const jails = Object.entries(settings.jails).map(([name, jail]) => [
    name,
    { ...jail, journal: false, logs: files.filter((file) => jail.logs.some((log) => matchesPath(log, file))) },
  ]);
  return { ...settings, jails: Object.fromEntries(jails) as Fail2banSettings['jails'] };
}
