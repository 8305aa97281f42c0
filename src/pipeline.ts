/** Builds decoders and detectors from a configuration: what the daemon, `scan` and `explain` share. */
import type { Config } from './config/schema.ts';
import { trustedProxies } from './decisions/protected.ts';
import { type CountryOf, withCountry } from './decoders/country.ts';
import { createDecode, type Decode } from './decoders/decode.ts';
import { WEB_ACCESS } from './decoders/kinds.ts';
import { withOrigin } from './decoders/origin.ts';
import { createSkim, type Skim } from './decoders/skim.ts';
import { WEB_PARTS, WEB_VARYING } from './decoders/web/parts.ts';
import { createWebSkim } from './decoders/web/skim.ts';
import { type AnomalyDetector, createAnomalyDetector } from './detectors/anomaly/anomaly-detector.ts';
import { createDetect } from './detectors/detect.ts';
import type { Detector } from './detectors/detector.ts';
import { createFail2banDetector } from './detectors/fail2ban/fail2ban-detector.ts';
import type { Feeds } from './detectors/intel/feeds.ts';
import { createIntelDetector } from './detectors/intel/intel-detector.ts';
import type { RuleSet } from './detectors/sigma/rule-set.ts';
import { createSigmaDetector } from './detectors/sigma/sigma-detector.ts';
import { canaryRule } from './guard/canary-rule.ts';
import type { AppError } from './kit/errors.ts';
import type { SourceRef } from './model/line.ts';
import { type FurtherRules, idleChanges, rulesInUse, unreadPath } from './rules-in-use.ts';

export { BUNDLED_RULES } from './rules-in-use.ts';

/** Decoders and detectors, ready. */
export interface Pipeline {
  readonly detector: Detector;
  /** The learning detector, which is also part of `detector`; null when it is off. */
  readonly anomaly: AnomalyDetector | null;
  readonly rules: RuleSet;
  /** Rules, and configured paths of rules, that were left out, and why. */
  readonly ruleErrors: readonly AppError[];
  /** Changes of the configuration that no rule is meant by. */
  readonly idleChanges: readonly AppError[];
  /** Runs the rules of this configuration from now on; windows of rules that stay are kept. Throws for any path that cannot be read, and then nothing changed. */
  reloadRules(config: Config): void;
  /** fail2ban jails that do not run, and patterns of theirs that were left out. */
  readonly jailProblems: readonly string[];
  decoderOf(source: SourceRef): Decode;
  /** Passes over a source's lines that no rule can ask about; null when every line is looked at. */
  skimOf(source: SourceRef): Skim | null;
}

/** How a pipeline is used. */
export interface PipelineOptions {
  /** Rules besides the configuration's. */
  readonly rulePaths?: readonly string[];
  readonly rules?: FurtherRules;
  readonly year?: number | null;
  /** Lists of known-bad addresses, loaded. */
  readonly feeds?: Feeds;
  /** Use what was learned although nothing is kept: `explain`. */
  readonly withAnomaly?: boolean;
  /** Tells the country of an address, where the machine has a database. */
  readonly countryOf?: CountryOf;
  /** Knows the canary of a running daemon. */
  readonly canary?: boolean;
  /** False for replays that keep nothing. */
  readonly persist: boolean;
}

/** The pipeline of a configuration. Broken rules, and configured paths of rules that cannot be read, are listed. Throws for `rulePaths` that cannot. */
export function buildPipeline(config: Config, options: PipelineOptions): Pipeline {
  const further: FurtherRules = {
    ...options.rules,
    paths: options.rulePaths ?? [],
    made: options.canary === true ? [canaryRule()] : [],
  };
  let loaded = rulesInUse(config, further);
  let idle = idleChanges(config, loaded);
  const sigma = createSigmaDetector(loaded.set, { persist: options.persist });
  // A replay that keeps nothing has nothing learned to compare with.
  const anomaly =
    config.anomaly.enabled && (options.persist || options.withAnomaly === true)
      ? createAnomalyDetector(config.anomaly)
      : null;
  const jails = Object.keys(config.fail2ban.jails).length === 0 ? null : createFail2banDetector(config.fail2ban);
  const proxies = trustedProxies(config.decisions.trusted_proxies).map((each) => each.network);
  return {
    detector: createDetect([
      sigma,
      ...(options.feeds === undefined ? [] : [createIntelDetector(options.feeds, config.intel.action)]),
      ...(anomaly === null ? [] : [anomaly]),
      ...(jails === null ? [] : [jails]),
    ]),
    anomaly,
    get rules() {
      return loaded.set;
    },
    get ruleErrors() {
      return loaded.errors;
    },
    get idleChanges() {
      return idle;
    },
    reloadRules(next) {
      const found = rulesInUse(next, further);
      const unread = unreadPath(found);
      // What guards now is better than what is left without it.
      if (unread !== undefined) throw unread;
      loaded = found;
      idle = idleChanges(next, loaded);
      sigma.replace(loaded.set);
    },
    // Learning, lists of addresses and jails look at every line.
    skimOf: (source) =>
      anomaly === null && options.feeds === undefined && (jails?.watcherOf(source) ?? null) === null
        ? skimOf(source)
        : null,
    jailProblems: jails?.problems ?? [],
    decoderOf,
  };

  function decoderOf(source: SourceRef): Decode {
    const decode = createDecode({
      timezone: source.timezone,
      program: source.program,
      year: options.year ?? null,
      persist: options.persist,
      proxies,
    });
    const { countryOf } = options;
    return withOrigin(countryOf === undefined ? decode : withCountry(decode, countryOf), source.origin);
  }

  function skimOf(source: SourceRef): Skim | null {
    const { set } = loaded;
    const syslog = createSkim(set, source.program);
    const judge = set.judge(WEB_ACCESS, WEB_PARTS, WEB_VARYING);
    if (syslog === null || judge === null) return syslog;
    const web = createWebSkim(judge, decoderOf(source));
    return (bytes, start, end) => syslog(bytes, start, end) || web(bytes, start, end);
  }
}
