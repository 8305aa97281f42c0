/** Sends alerts by mail over SMTP with STARTTLS or TLS. */
import type { Transporter } from 'nodemailer';
import { z } from 'zod';
import { AppError } from '../kit/errors.ts';
import { resolveSecret, secretSetting } from '../kit/secret.ts';
import type { Notifier, NotifierContext } from './notifier.ts';
import { type Story, storyOf } from './render.ts';

/** Settings. */
export const emailSettings = z.strictObject({
  type: z.literal('email'),
  name: z.string().default('email').describe('Name in status and logs.'),
  host: z.string().describe('SMTP server.'),
  port: z.number().int().min(1).max(65_535).default(587).describe('587 for STARTTLS, 465 for TLS, 25 for a relay.'),
  security: z
    .enum(['starttls', 'tls', 'none'])
    .default('starttls')
    .describe('starttls refuses to send without encryption; none is for a relay on this machine.'),
  verify: z.boolean().default(true).describe('Check the server’s certificate.'),
  user: z.string().optional(),
  password: secretSetting.optional(),
  from: z.string().regex(/@/, 'write an address: bekci@example.org').describe('Sender address.'),
  to: z.array(z.string().regex(/@/, 'write an address: admin@example.org')).min(1).describe('Recipients.'),
  min_level: z
    .enum(['informational', 'low', 'medium', 'high', 'critical'])
    .default('medium')
    .describe('Least level that is sent.'),
});

/** A notifier over SMTP. */
export function createEmail(settings: z.infer<typeof emailSettings>, context: NotifierContext): Notifier {
  let open: Promise<Transporter> | null = null;
  const transport = (): Promise<Transporter> => {
    open ??= connect(settings);
    return open;
  };
  return {
    id: `email:${settings.name}`,
    async check() {
      try {
        await (await transport()).verify();
        return null;
      } catch (error) {
        return smtpError(error, settings.host);
      }
    },
    async send(alert) {
      const story = storyOf(alert, context.language, context.timezone);
      try {
        await (await transport()).sendMail({
          from: settings.from,
          to: settings.to,
          subject: story.subject,
          text: asText(story),
          html: asHtml(story),
          headers: { 'X-Bekci-Alert': alert.id, 'Auto-Submitted': 'auto-generated' },
        });
      } catch (error) {
        throw smtpError(error, settings.host);
      }
    },
    close: async () => (await open)?.close(),
  };
}

/** Loaded when first needed: most of the time nothing is sent. */
async function connect(settings: z.infer<typeof emailSettings>): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  return createTransport({
    host: settings.host,
    port: settings.port,
    secure: settings.security === 'tls',
    requireTLS: settings.security === 'starttls',
    ignoreTLS: settings.security === 'none',
    tls: { rejectUnauthorized: settings.verify },
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    ...(settings.user === undefined
      ? {}
      : {
          auth: { user: settings.user, pass: settings.password === undefined ? '' : resolveSecret(settings.password) },
        }),
  });
}

function asText(story: Story): string {
  const facts = story.facts.map(([label, value]) => `${label}: ${value}`);
  const lines = story.lines.length === 0 ? [] : ['', `${story.linesTitle}:`, ...story.lines.map((line) => `  ${line}`)];
  return [...story.sentences, '', ...facts, ...lines, '', ...story.next, ''].join('\n');
}

function asHtml(story: Story): string {
  const rows = story.facts
    .map(
      ([label, value]) =>
        `<tr><td style="color:#666;padding-right:12px">${html(label)}</td><td>${html(value)}</td></tr>`,
    )
    .join('');
  const lines =
    story.lines.length === 0
      ? ''
      : `<p>${html(story.linesTitle)}</p><pre style="background:#f4f4f2;padding:8px;white-space:pre-wrap">${story.lines.map(html).join('\n')}</pre>`;
  const next = story.next.map((each) => `<p style="color:#444"><code>${html(each)}</code></p>`).join('');
  return `<!doctype html><html><body style="font-family:sans-serif;font-size:14px">${story.sentences.map((each) => `<p>${html(each)}</p>`).join('')}<table>${rows}</table>${lines}${next}</body></html>`;
}

function html(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** 4yz and connection faults pass; 5yz and a refused login do not (RFC 5321 section 4.2.1). */
function smtpError(error: unknown, host: string): AppError {
  const { responseCode, code, message } = error as { responseCode?: number; code?: string; message?: string };
  if (code === 'EAUTH')
    return new AppError('SMTP_AUTH', {
      message: `the mail server ${host} refused user or password`,
      hint: 'check user and password',
      retry: { afterMs: 900_000 },
    });
  if (code === 'ETLS')
    return new AppError('SMTP_TLS', {
      message: `the mail server ${host} does not encrypt: ${escapeLine(message)}`,
      hint: 'check port and `security`; nothing is sent in the clear',
      retry: 'soon',
    });
  if (responseCode !== undefined && responseCode >= 500)
    return new AppError('SMTP_REFUSED', {
      message: `the mail server ${host} refused: ${escapeLine(message)}`,
      hint: 'check sender and recipients',
      retry: 'no',
    });
  return new AppError('SMTP_UNREACHABLE', {
    message: `the mail server ${host} cannot be used now: ${escapeLine(message)}`,
    hint: 'check host, port and security',
    retry: 'soon',
  });
}

function escapeLine(text: string | undefined): string {
  return (text ?? 'unknown').replace(/[\r\n]+/g, ' ').slice(0, 200);
}
