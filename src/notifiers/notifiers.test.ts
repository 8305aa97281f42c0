/** Mail over a real SMTP server (STARTTLS, login, refusals) and messages to a real HTTP server, with text an attacker chose. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import type { AppError } from '../kit/errors.ts';
import { silentLog } from '../kit/log.ts';
import type { Alert } from '../model/alert.ts';
import { createNotifier, notifierSettings } from './all.ts';
import type { NotifierContext } from './notifier.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const CONTEXT: NotifierContext = { log: silentLog, now: () => Date.now(), language: 'en', timezone: 'UTC' };
const HOSTILE =
  '\u001b[2J\u0007 Nov 24 sshd: user "</pre><script>alert(1)</script>" <!channel> ```@here``` \r\nBcc: all@example.net\r\n\r\n\u202eevil ' +
  'x'.repeat(4000);

function alert(entity = '203.0.113.7'): Alert {
  return {
    id: 'a1',
    entityField: 'source.ip',
    entity,
    level: 'high',
    firstAt: 1_760_000_000_000,
    lastAt: 1_760_000_060_000,
    items: [
      {
        detection: 'd1',
        rule: 'r',
        title: 'SSH brute force',
        level: 'high',
        tags: ['attack.t1110'],
        at: 1_760_000_000_000,
        events: 5,
        lines: [HOSTILE],
        facts: {},
      },
    ],
    more: 0,
    decision: { ip: '203.0.113.7', state: 'applied', seconds: 3600 },
    refusal: null,
    host: 'web\r\nX-Injected: yes',
  };
}

interface Mailbox {
  readonly port: number;
  readonly mails: string[];
  readonly users: string[];
  readonly secure: boolean[];
}

async function mailServer(options: SMTPServerOptions = {}): Promise<Mailbox> {
  const box: Mailbox = { port: 0, mails: [], users: [], secure: [] };
  const server = new SMTPServer({
    authOptional: true,
    onAuth(auth, _session, done) {
      if (auth.password !== 'right') return done(new Error('535 no'));
      box.users.push(auth.username ?? '');
      done(null, { user: auth.username });
    },
    onData(stream, session, done) {
      box.secure.push(session.secure);
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        box.mails.push(Buffer.concat(parts).toString('utf8'));
        done();
      });
    },
    ...options,
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise<void>((resolve) => server.close(resolve)));
  return { ...box, port: (server.server.address() as AddressInfo).port };
}

function email(port: number, more: Record<string, unknown> = {}) {
  const notifier = createNotifier(
    notifierSettings.parse({
      type: 'email',
      host: '127.0.0.1',
      port,
      verify: false,
      from: 'bekci@example.org',
      to: ['admin@example.org'],
      ...more,
    }),
    CONTEXT,
  );
  closers.push(() => notifier.close());
  return notifier;
}

const send = (notifier: ReturnType<typeof email>): Promise<AppError | null> =>
  notifier.send(alert(), AbortSignal.timeout(10_000)).then(
    () => null,
    (error: AppError) => error,
  );

describe('e-mail', () => {
  it('logs in and encrypts with STARTTLS; hostile text stays text', async () => {
    const box = await mailServer({ authOptional: false });
    const notifier = email(box.port, { user: 'guard', password: 'right' });
    expect(await notifier.check(AbortSignal.timeout(5000))).toBe(null);
    expect(await send(notifier)).toBe(null);
    expect(box.users).toContain('guard');
    expect(box.secure).toEqual([true]);
    const [mail] = box.mails as [string];
    const headers = mail.slice(0, mail.indexOf('\r\n\r\n'));
    expect(headers).not.toMatch(/^(?:Bcc|X-Injected):/im);
    expect(headers).toContain('Auto-Submitted: auto-generated');
    expect(mail).not.toContain('\u001b');
    expect(mail.slice(mail.indexOf('text/html'))).not.toContain('<script>');
    expect(mail).toContain('SSH brute force');
    expect(mail).toContain('203.0.113.7');
  });

  it('never sends in the clear when encryption is wanted', async () => {
    const box = await mailServer({ disabledCommands: ['STARTTLS'] });
    const error = await send(email(box.port));
    expect(error).toMatchObject({ code: 'SMTP_TLS', retry: 'soon' });
    expect(box.mails).toEqual([]);
  });

  it('refuses a certificate nobody vouches for', async () => {
    const box = await mailServer();
    const error = await send(email(box.port, { verify: true }));
    expect(error?.code).toBe('SMTP_UNREACHABLE');
    expect(box.mails).toEqual([]);
  });

  it('says what is wrong and when to try again', async () => {
    const locked = await mailServer({ authOptional: false });
    const refused = await send(email(locked.port, { user: 'guard', password: 'wrong' }));
    expect(refused).toMatchObject({ code: 'SMTP_AUTH', retry: { afterMs: 900_000 } });
    const coded = (responseCode: number) =>
      mailServer({
        onRcptTo: (_address, _session, done) => done(Object.assign(new Error('not you'), { responseCode })),
      });
    expect(await send(email((await coded(550)).port))).toMatchObject({ code: 'SMTP_REFUSED', retry: 'no' });
    expect(await send(email((await coded(451)).port))).toMatchObject({ retry: 'soon' });
    expect(await send(email(9))).toMatchObject({ code: 'SMTP_UNREACHABLE', retry: 'soon' });
  });
});

describe('Slack', () => {
  async function hook(status: number, headers: Record<string, string> = {}): Promise<{ url: string; posts: string[] }> {
    const posts: string[] = [];
    const server: Server = createServer((req, res) => {
      const parts: Buffer[] = [];
      req.on('data', (part: Buffer) => parts.push(part));
      req.on('end', () => {
        posts.push(Buffer.concat(parts).toString('utf8'));
        res.writeHead(status, headers).end('ok');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/x`, posts };
  }
  const slack = (webhook: string) => createNotifier(notifierSettings.parse({ type: 'slack', webhook }), CONTEXT);

  it('sends blocks in which hostile text forms no mention, link or fence, within Slack’s bounds', async () => {
    const { url, posts } = await hook(200);
    expect(await send(slack(url))).toBe(null);
    const body = JSON.parse(posts[0]!) as { text: string; blocks: { type: string; text?: { text: string } }[] };
    const texts = body.blocks.map((block) => block.text?.text ?? '');
    expect(texts.join('')).not.toMatch(/<[!@#]|<http/);
    expect(texts.join('').match(/```/g)).toHaveLength(2);
    expect(texts.every((text) => text.length <= 3000)).toBe(true);
    expect(body.blocks[0]!.text!.text.length).toBeLessThanOrEqual(150);
    expect(texts.join('')).not.toMatch(/[\u0000-\u0008\u001b\u202e]/);
  });

  it('waits as long as it is told, tries again after faults of the server, gives up on a dead hook', async () => {
    const limited = await hook(429, { 'retry-after': '7' });
    expect(await send(slack(limited.url))).toMatchObject({ retry: { afterMs: 7000 } });
    expect(await send(slack((await hook(503)).url))).toMatchObject({ retry: 'soon' });
    expect(await send(slack((await hook(404)).url))).toMatchObject({ code: 'SLACK_REFUSED', retry: 'no' });
    expect(await send(slack('http://127.0.0.1:9/x'))).toMatchObject({ code: 'SLACK_UNREACHABLE', retry: 'soon' });
  });
});
