/** `bekci/sigma`: the Sigma engine on its own. Compiles rules, matches events, runs correlations over a stream. No native module. */
export { AppError as SigmaError } from '../../kit/errors.ts';
export {
  type CompiledRules,
  type CompileOptions,
  compile,
  type Found,
  type JsonEvent,
  type LogsourceParts,
  type PushOptions,
  type RuleFact,
  type SigmaStream,
  type StreamOptions,
} from './library.ts';
export { placeholderFolder } from './placeholders.ts';
export { type RuleFile, readRuleFiles } from './read-files.ts';
export { ruleJsonSchema } from './rule-schema.ts';
