/** One jail: its filter, and how many failures make a ban. */
import { canonicalAddress } from '../../kit/address.ts';
import { containsNetwork, type Network, parseNetwork } from '../../kit/cidr.ts';
import { fail } from '../../kit/errors.ts';
import type { Detection, RuleInfo } from '../../model/detection.ts';
import type { LineRef } from '../../model/line.ts';
import { type FilterDefinition, readFilter } from './conf/filter-conf.ts';
import { readNamed } from './conf/options.ts';
import { zoneOffset } from './dates/zones.ts';
import { type CompiledFilter, compileFilter, type Found } from './lines/line-filter.ts';
import type { JailSettings } from './settings.ts';
import { Tallies, type Tally } from './tallies.ts';

/** A jail ready to count. */
export interface Jail {
  readonly name: string;
  readonly settings: JailSettings;
  readonly definition: FilterDefinition;
  readonly filter: CompiledFilter;
  /** Minutes east of UTC of stamps without a zone, or null. */
  readonly offset: number | null;
  readonly rule: RuleInfo;
  readonly tallies: Tallies;
  /** Counts a failure; the detection when it was one too many. `time`: milliseconds since the epoch. */
  count(found: Found, time: number, place: LineRef): Detection | null;
}

/** Makes a jail. Throws AppError when its filter cannot be read or fail2ban would not run it. */
export function createJail(name: string, settings: JailSettings, config: string): Jail {
  const { name: filterName, options } = readNamed(settings.filter);
  const definition = readFilter(config, filterName, options, { journal: settings.journal }).definition(
    new Map(Object.entries(settings.set)),
  );
  const filter = compileFilter(definition);
  const problem = filter.problems[0];
  if (filter.failures.length === 0)
    fail('FAIL2BAN_JAIL', {
      message: `jail ${name}: ${problem === undefined ? 'its filter has no failregex' : `${problem.reason}: ${problem.pattern.slice(0, 120)}`}`,
      hint: `correct the filter, or set fail2ban.jails.${name}.enabled to false`,
    });
  const offset = settings.timezone === undefined ? null : zoneOffset(settings.timezone);
  if (settings.timezone !== undefined && offset === null)
    fail('FAIL2BAN_JAIL', { message: `jail ${name}: ${settings.timezone} is no zone`, hint: 'write UTC+0200 or CET' });
  const ignored = networksOf(name, settings.ignoreip);
  const rule: RuleInfo = {
    id: `fail2ban-${name}`,
    title: `fail2ban jail ${name}`,
    level: 'high',
    tags: [],
    kind: 'correlation',
    action: settings.action,
    banSeconds: settings.bantime ?? null,
    ...growthOf(settings),
  };
  const tallies = new Tallies(name, settings.maxretry, settings.findtime * 1000);

  return {
    name,
    settings,
    definition,
    filter,
    offset,
    rule,
    tallies,
    count(found, time, place) {
      const ip = found.host === null ? null : canonicalAddress(found.host);
      if (ip !== null && ignored.length > 0) {
        const network = parseNetwork(ip);
        if (network !== null && ignored.some((each) => containsNetwork(each, network))) return null;
      }
      const tally = tallies.add(found.id, time, place);
      return tally === null ? null : detectionOf(rule, found, ip, tally, settings);
    },
  };
}

/** Powers beyond which nothing grows further, as fail2ban's own formula stops there. */
const MAX_POWER = 20;

function growthOf({ growth, ceiling }: JailSettings): Pick<RuleInfo, 'growth'> {
  if (growth === undefined) return {};
  const steps =
    typeof growth === 'number' ? Array.from({ length: MAX_POWER }, (_, power) => growth ** (power + 1)) : growth;
  return { growth: { steps, ceiling: ceiling ?? null } };
}

function networksOf(name: string, entries: readonly string[]): Network[] {
  return entries.map(
    (entry) =>
      parseNetwork(entry) ??
      fail('FAIL2BAN_JAIL', {
        message: `jail ${name}: ignoreip ${entry} is no address or network`,
        hint: 'DNS names belong under decisions.allowlist',
      }),
  );
}

function detectionOf(rule: RuleInfo, found: Found, ip: string | null, tally: Tally, settings: JailSettings): Detection {
  const user = found.user === null || found.user === '' ? null : found.user.slice(0, 256);
  const entity: Record<string, string> = {};
  if (ip !== null) entity['source.ip'] = ip;
  else if (found.host !== null) entity['source.domain'] = found.host.slice(0, 256);
  else entity['user.name'] = found.id.slice(0, 256);
  return {
    rule,
    at: tally.last,
    entity,
    events: tally.count,
    evidence: tally.places,
    facts: {
      threshold: settings.maxretry,
      seconds: settings.findtime,
      ...(user === null ? {} : { user }),
    },
  };
}
