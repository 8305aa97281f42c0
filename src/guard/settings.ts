/** Settings of the watch over the watch: the canary, and the alarms that bekci raises about itself. */
import { z } from 'zod';
import { durationSetting } from '../kit/duration.ts';

/** The canary. */
export const canarySettings = z.strictObject({
  enabled: z.boolean().default(true).describe('Let a line of bekci’s own travel the whole chain again and again.'),
  every: durationSetting.prefault('1m').describe('How often.'),
  within: durationSetting.prefault('30s').describe('A canary that takes longer has not come through.'),
});

/** Alarms. Each is raised once its condition has lasted for a while, and cleared once it has been gone for a while. */
export const alarmSettings = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe('Tell the notifiers when bekci itself is in trouble, and when it is over.'),
  raise_after: durationSetting
    .prefault('1m')
    .describe('How long a fault of the firewall, the store, a lost source or the canary lasts before it is told.'),
  raise_slow: durationSetting
    .prefault('10m')
    .describe(
      'The same for what often passes: clock skew, delay, fewer lines understood, a notifier that fails; six times as long for a log that is not there.',
    ),
  clear_after: durationSetting.prefault('5m').describe('How long a fault must be gone before it counts as over.'),
  silent_after: durationSetting
    .optional()
    .describe('A source without a line for so long is silent. Learned per source when left out.'),
  silent_at_least: durationSetting
    .prefault('15m')
    .describe('What was learned never calls a source silent before this.'),
  lag: durationSetting.prefault('2m').describe('Reading this far behind is told.'),
  share: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe(
      'Told when the share of lines that are understood falls below this part of what is usual for the source.',
    ),
  pending: durationSetting.prefault('2m').describe('A ban that is not in force after this is told.'),
  check_notifiers: durationSetting
    .prefault('1h')
    .describe('How often notifiers are asked whether they could send, without sending; 0s never.'),
});

/** Parsed settings; durations in seconds. */
export type CanarySettings = z.infer<typeof canarySettings>;
/** Parsed settings; durations in seconds. */
export type AlarmSettings = z.infer<typeof alarmSettings>;
