/** Builds decoders and detectors from a configuration: what the daemon, `scan` and `explain` share. */
import { join } from 'node:path';
import type { Config } from './config/schema.ts';
import { trustedProxies } from './decisions/protected.ts';
import { createDecode, type Decode } from './decoders/decode.ts';
import { withOrigin } from './decoders/origin.ts';
import { createSkim, type Skim } from './decoders/skim.ts';
import { type AnomalyDetector, createAnomalyDetector } from './detectors/anomaly/anomaly-detector.ts';
import { createDetect } from './detectors/detect.ts';
import type { Detector } from './detectors/detector.ts';
import type { Feeds } from './detectors/intel/feeds.ts';
import { createIntelDetector } from './detectors/intel/intel-detector.ts';
import { loadRules } from './detectors/sigma/load.ts';
import { readRuleFiles } from './detectors/sigma/read-files.ts';
import type { RuleSet } from './detectors/sigma/rule-set.ts';
import { createSigmaDetector } from './detectors/sigma/sigma-detector.ts';
import type { RuleOverride } from './detectors/sigma/tuning.ts';
import { honeyRules } from './honey.ts';
import type { AppError } from './kit/errors.ts';
import type { SourceRef } from './model/line.ts';

/** Where the rules that come with the program lie. */
export const BUNDLED_RULES = join(import.meta.dirname, '..', 'rules');

/** Decoders and detectors, ready. */
export interface Pipeline {
  readonly detector: Detector;
  /** The learning detector, which is also part of `detector`; null when it is off. */
  readonly anomaly: AnomalyDetector | null;
  readonly rules: RuleSet;
  readonly ruleErrors: readonly AppError[];
  decoderOf(source: SourceRef): Decode;
  /** Passes over a source's lines that no rule can ask about; null when every line is looked at. */
  skimOf(source: SourceRef): Skim | null;
}

/** How a pipeline is used. */
export interface PipelineOptions {
  /** Rules besides the configuration's. */
  readonly rulePaths?: readonly string[];
  readonly year?: number | null;
  /** Lists of known-bad addresses, loaded. */
  readonly feeds?: Feeds;
  /** Use what was learned although nothing is kept: `explain`. */
  readonly withAnomaly?: boolean;
  /** False for replays that keep nothing. */
  readonly persist: boolean;
}

/** The pipeline of a configuration. Throws for rule paths that cannot be read; broken rules are listed instead. */
export function buildPipeline(config: Config, options: PipelineOptions): Pipeline {
  const paths = [...(config.rules.bundled ? [BUNDLED_RULES] : []), ...config.rules.paths, ...(options.rulePaths ?? [])];
  const { set, errors } = loadRules([...readRuleFiles(paths), ...honeyRules(config.rules.honey)], {
    overrides: overridesOf(config),
  });
  // A replay that keeps nothing has nothing learned to compare with.
  const anomaly =
    config.anomaly.enabled && (options.persist || options.withAnomaly === true)
      ? createAnomalyDetector(config.anomaly)
      : null;
  const proxies = trustedProxies(config.decisions.trusted_proxies).map((each) => each.network);
  return {
    detector: createDetect([
      createSigmaDetector(set, { persist: options.persist }),
      ...(options.feeds === undefined ? [] : [createIntelDetector(options.feeds, config.intel.action)]),
      ...(anomaly === null ? [] : [anomaly]),
    ]),
    anomaly,
    rules: set,
    // Learning and lists of addresses look at every line.
    skimOf: (source) =>
      anomaly === null && options.feeds === undefined ? createSkim(set.wants, source.program) : null,
    ruleErrors: errors,
    decoderOf: (source) =>
      withOrigin(
        createDecode({
          timezone: source.timezone,
          program: source.program,
          year: options.year ?? null,
          persist: options.persist,
          proxies,
        }),
        source.origin,
      ),
  };
}

function overridesOf(config: Config): Record<string, RuleOverride> {
  return Object.fromEntries(
    Object.entries(config.rules.overrides).map(([id, change]) => [
      id,
      {
        enabled: change.enabled,
        level: change.level,
        action: change.action,
        observe: change.mode === undefined ? undefined : change.mode === 'observe',
        banSeconds: change.ban,
        threshold: change.threshold,
        timespanMs: change.timespan === undefined ? undefined : change.timespan * 1000,
      },
    ]),
  );
}
