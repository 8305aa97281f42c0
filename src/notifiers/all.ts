/** Every notifier there is. A new one is added here. */
import { z } from 'zod';
import { createEmail, emailSettings } from './email.ts';
import type { Notifier, NotifierContext } from './notifier.ts';
import { createSlack, slackSettings } from './slack.ts';

/** Settings of any notifier, told apart by `type`. */
export const notifierSettings = z.discriminatedUnion('type', [emailSettings, slackSettings]);

/** Creates the notifier of the given settings. */
export function createNotifier(settings: z.infer<typeof notifierSettings>, context: NotifierContext): Notifier {
  return settings.type === 'email' ? createEmail(settings, context) : createSlack(settings, context);
}
