/** What is wrong with a changed configuration: by its schema, and by what a page may not set. */
import type { SettingsDesk } from './api/ports.ts';
import { ConfigError } from './config/config-error.ts';
import { isLocalPath, type Path } from './config/guarded-keys.ts';
import { parseConfig } from './config/load.ts';
import { pageUrlProblem } from './kit/outbound.ts';

/** One fault. */
export type Fault = ReturnType<SettingsDesk['check']>['faults'][number];

/** Faults of a file's text, with their places. */
export function schemaFaults(text: string, file: string): Fault[] {
  try {
    parseConfig(text, file);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.all.map((each) => ({
      path: /`([^`]+)`/.exec(each.message)?.[1] ?? '',
      message: each.message,
      hint: each.hint,
      line: each.at?.line ?? null,
      column: each.at?.column ?? null,
      code: each.code,
    }));
  }
}

/** What the file's own editor may write and this page may not. */
export function policyFaults(before: unknown, after: unknown): Fault[] {
  const known = new Map<string, number>();
  const keyOf = ([path, value]: readonly [Path, unknown]): string =>
    `${path.filter((part) => typeof part === 'string').join('.')}=${JSON.stringify(value)}`;
  for (const leaf of leavesOf(before)) known.set(keyOf(leaf), (known.get(keyOf(leaf)) ?? 0) + 1);
  return leavesOf(after).flatMap((leaf): Fault[] => {
    const left = known.get(keyOf(leaf)) ?? 0;
    known.set(keyOf(leaf), left - 1);
    if (left > 0) return [];
    const [path, value] = leaf;
    const where = path.join('.');
    if (isLocalPath(path))
      return [
        {
          path: where,
          code: 'local-only',
          message: `\`${where}\`: what is run, written or read as a secret on this machine is changed in the file itself`,
        },
      ];
    if (typeof value !== 'string' || !isAsked(path, value)) return [];
    const problem = pageUrlProblem(value);
    if (problem === null) return [];
    return [
      {
        path: where,
        code: `url-${problem}`,
        message: `\`${where}\`: ${problem === 'no-url' ? 'this is no web address' : 'such an address is not set from the dashboard'}`,
      },
    ];
  });
}

/** Is this an address that bekci itself would call? `http` only says where it is served. */
function isAsked(path: Path, value: string): boolean {
  if (path[0] === 'http') return false;
  return /^(?:url|api|webhook)$/.test(String(path.at(-1))) || /^\s*https?:/i.test(value);
}

function leavesOf(value: unknown, path: Path = []): (readonly [Path, unknown])[] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, each]) =>
    leavesOf(each, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}
