/** Reads one filter of a fail2ban configuration: filter.d/NAME with everything that overrides it. */
import { basename, join } from 'node:path';
import { fail } from '../../../kit/errors.ts';
import type { Conf, Options } from './conf.ts';
import { readConf } from './read-conf.ts';
import { substituteTags } from './tags.ts';

/** What a filter says, interpolated and substituted; fail2ban's own tags (`<HOST>` ...) still stand in the patterns. */
export interface FilterDefinition {
  readonly name: string;
  readonly prefregex: string | null;
  readonly failregex: readonly string[];
  readonly ignoreregex: readonly string[];
  readonly maxlines: number;
  readonly datepattern: string | null;
  /** Each a list of journalctl matches. */
  readonly journalmatch: readonly string[];
  readonly usedns: string;
  readonly logtype: string;
}

const OWN = ['usedns', 'prefregex', 'ignoreregex', 'failregex', 'maxlines', 'datepattern', 'journalmatch'];

/** A filter together with all its combined options, as a jail may refer to them by `known/`. */
export interface FilterOptions {
  readonly combined: Map<string, string>;
  definition(over: Options): FilterDefinition;
}

/**
 * Reads `filter.d/NAME` below `dir` with options from the jail's `filter = NAME[...]`. `vars` are the jail's other options.
 * Throws AppError when there is no such filter or it is wrong.
 */
export function readFilter(
  dir: string,
  name: string,
  given: Options,
  settings: { readonly journal?: boolean; readonly vars?: Options; readonly all?: boolean } = {},
): FilterOptions {
  if (basename(name) !== name || name.startsWith('.'))
    fail('FAIL2BAN_FILTER', {
      message: `${name} is no name of a filter`,
      hint: 'name a file of filter.d without its ending',
    });
  const conf = readConf(join(dir, 'filter.d', name));
  if (conf === null)
    return fail('FAIL2BAN_FILTER', {
      message: `there is no filter ${name} in ${join(dir, 'filter.d')}`,
      hint: 'check --config and --filter',
    });
  const init = new Map(given);
  if (!init.has('logtype') && !(conf.sections.get('Definition')?.has('logtype') ?? false))
    init.set('logtype', settings.journal === true ? 'journal' : 'file');
  const vars = new Map([...(settings.vars ?? []), ...init]);
  const own = definitionOf(conf, vars, settings.all === true);
  for (const option of conf.sections.get('Init')?.keys() ?? []) {
    const value = conf.get('Init', option);
    if (value === null) continue;
    if (!option.startsWith('known/')) init.set(`known/${option}`, value);
    if (!init.has(option)) init.set(option, value);
  }
  const combined = substituteTags(new Map([...own, ...init]), (tag) => conf.getAny('Definition', tag, vars));
  return {
    combined,
    definition: (over) =>
      toDefinition(name, combined, over, combined.get('logtype') ?? conf.get('Definition', 'logtype') ?? 'file'),
  };
}

function definitionOf(conf: Conf, vars: Options, all: boolean): Map<string, string> {
  const out = new Map<string, string>();
  const names = all ? [...OWN, ...(conf.sections.get('Definition')?.keys() ?? [])] : OWN;
  for (const option of names) {
    if (out.has(option) || (OWN.includes(option) && vars.has(option))) continue;
    const value = conf.get('Definition', option, OWN.includes(option) ? vars : undefined);
    if (value !== null) out.set(option, value);
  }
  return out;
}

function toDefinition(name: string, combined: Options, over: Options, logtype: string): FilterDefinition {
  const value = (option: string): string | null => over.get(option) ?? combined.get(option) ?? null;
  const lines = (option: string): string[] => (value(option) ?? '').split('\n').filter((line) => line !== '');
  const maxlines = Number.parseInt(value('maxlines') ?? '1', 10);
  return {
    name,
    prefregex: value('prefregex') === '' ? null : value('prefregex'),
    failregex: lines('failregex'),
    ignoreregex: lines('ignoreregex'),
    maxlines: Number.isNaN(maxlines) || maxlines < 1 ? 1 : maxlines,
    datepattern: value('datepattern'),
    journalmatch: lines('journalmatch'),
    usedns: (value('usedns') ?? 'warn').toLowerCase(),
    logtype,
  };
}
