/** Sends alerts to Slack through an incoming webhook, as blocks. */
import { z } from 'zod';
import { AppError } from '../kit/errors.ts';
import { outbound } from '../kit/outbound.ts';
import { secretNow, secretSetting } from '../kit/secret.ts';
import type { Notifier, NotifierContext } from './notifier.ts';
import { storyOf } from './render.ts';

/** Settings. */
export const slackSettings = z.strictObject({
  type: z.literal('slack'),
  name: z.string().default('slack').describe('Name in status and logs.'),
  webhook: secretSetting.describe('The incoming webhook’s URL; a secret, better from a file.'),
  min_level: z
    .enum(['informational', 'low', 'medium', 'high', 'critical'])
    .default('medium')
    .describe('Least level that is sent.'),
});

/** Slack's bound on the text of one section (API reference, "section block"), with room for the fence. */
const MAX_TEXT = 2900;

/** A notifier over a webhook. */
export function createSlack(settings: z.infer<typeof slackSettings>, context: NotifierContext): Notifier {
  return {
    id: `slack:${settings.name}`,
    async check() {
      try {
        urlOf(settings);
        return null;
      } catch (error) {
        return error as AppError;
      }
    },
    async send(alert, signal) {
      const story = storyOf(alert, context.language, context.timezone);
      const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text: text.slice(0, MAX_TEXT) } });
      const blocks = [
        { type: 'header', text: { type: 'plain_text', text: story.subject.slice(0, 150), emoji: false } },
        section(story.sentences.map(mrkdwn).join('\n')),
        section(story.facts.map(([label, value]) => `*${mrkdwn(label)}* ${mrkdwn(value)}`).join('\n')),
        ...(story.lines.length === 0
          ? []
          : [
              section(
                `${mrkdwn(story.linesTitle)}\n\`\`\`${story.lines
                  .map(fenced)
                  .join('\n')
                  .slice(0, MAX_TEXT - 200)}\`\`\``,
              ),
            ]),
        { type: 'context', elements: [{ type: 'mrkdwn', text: story.next.map(mrkdwn).join('\n').slice(0, MAX_TEXT) }] },
      ];
      await post(
        urlOf(settings),
        { text: mrkdwn(story.subject), blocks, unfurl_links: false, unfurl_media: false },
        signal,
      );
    },
    close: async () => {},
  };
}

/** The webhook, looked up anew each time. Throws what may pass. */
function urlOf({ webhook }: z.infer<typeof slackSettings>): string {
  const url = secretNow(webhook);
  if (URL.canParse(url)) return url;
  throw new AppError('SLACK_URL', {
    message: 'the Slack webhook is no URL',
    hint: 'copy it from the app’s Incoming Webhooks page',
    retry: 'soon',
  });
}

async function post(url: string, body: unknown, signal: AbortSignal): Promise<void> {
  let status: number;
  let retryAfter: number;
  try {
    const { request } = await import('undici');
    const answer = await request(url, {
      dispatcher: await outbound(url),
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    });
    status = answer.statusCode;
    retryAfter = Number(answer.headers['retry-after']);
    await answer.body.dump();
  } catch (cause) {
    throw new AppError('SLACK_UNREACHABLE', {
      message: `Slack does not answer: ${cause instanceof Error ? cause.message : String(cause)}`,
      retry: 'soon',
      cause,
    });
  }
  if (status >= 200 && status < 300) return;
  const retry = status === 429 ? { afterMs: (retryAfter > 0 ? retryAfter : 30) * 1000 } : status >= 500 ? 'soon' : 'no';
  throw new AppError('SLACK_REFUSED', {
    message: `Slack refused the message with status ${status}`,
    hint: 'is the webhook still valid?',
    retry,
  });
}

/** The three characters Slack's mrkdwn gives a meaning; without `<` no mention or link can form. */
function mrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Text inside a code fence cannot close it. */
function fenced(text: string): string {
  return mrkdwn(text).replaceAll('`', 'ˋ');
}
