/** Passkeys in a real browser with the authenticator that Chromium emulates (CDP WebAuthn): made, used both ways, removed. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AXE, browserProblem, type DashboardRoom, openDashboard, startBrowser } from './dashboard-room.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });
const PASSWORD = 'correct horse battery';
const SHOTS = process.env.BEKCI_SHOTS;

if (browserProblem !== null) console.log(`dashboard passkeys: left out, ${browserProblem}`);

describe.skipIf(browserProblem !== null)('dashboard passkeys', () => {
  let room: DashboardRoom;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let cdp: CDPSession;
  let authenticatorId: string;
  let home: string;
  const complaints: string[] = [];

  const addAuthenticator = async (): Promise<string> => {
    const { authenticatorId: id } = (await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })) as { authenticatorId: string };
    return id;
  };
  const shot = async (name: string): Promise<void> => {
    if (SHOTS === undefined) return;
    mkdirSync(SHOTS, { recursive: true });
    await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
  };

  beforeAll(async () => {
    room = await openDashboard();
    browser = await startBrowser();
    context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' });
    context.setDefaultTimeout(Number(process.env.BEKCI_WAIT ?? 45_000));
    page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
    });
    cdp = await context.newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    authenticatorId = await addAuthenticator();
    // A name: under the bare address a browser makes no passkey.
    home = (room.daemon().room?.url ?? '').replace('127.0.0.1', 'localhost');
    await page.goto((room.daemon().room?.signIn() ?? '').replace('127.0.0.1', 'localhost'));
    await page.locator('.sentence').waitFor();
    await page.evaluate(`location.hash = '#/settings/people'`);
    await page.getByText('Add a user').first().click();
    await page.getByLabel('Name').fill('ayse');
    await page.getByLabel('New password (at least').fill(PASSWORD);
    await page.getByRole('button', { name: 'Add a user' }).click();
    await page.locator('.people', { hasText: 'ayse' }).waitFor();
    await signOut();
  });
  afterAll(async () => {
    await browser?.close();
    await room?.close();
  });

  const signOut = async (): Promise<void> => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  };
  const typePassword = async (): Promise<void> => {
    await page.getByLabel('Name').fill('ayse');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  };
  const make = async (name: string): Promise<void> => {
    await page.getByLabel('Name of the passkey').fill(name);
    await page.locator('form', { hasText: 'Name of the passkey' }).getByLabel('Present password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Make a passkey' }).click();
  };

  it('is made under a name, and not twice on one device', async () => {
    expect(await page.getByRole('button', { name: 'Sign in with a passkey' }).count()).toBe(0);
    await typePassword();
    await page.locator('.rail').waitFor();
    await page.evaluate(`location.hash = '#/settings'`);
    await page.getByText('You have none yet').waitFor();
    await make('laptop');
    await page.locator('.passkeys', { hasText: 'laptop' }).waitFor();
    await make('laptop again');
    await page.locator('.toast', { hasText: 'has a passkey of yours already' }).waitFor();
    expect(await page.locator('.passkeys li').count()).toBe(1);
    await shot('account');
  });

  it('is asked for by itself after the password', async () => {
    await signOut();
    await typePassword();
    await page.locator('.rail').waitFor();
    const { credentials } = (await cdp.send('WebAuthn.getCredentials', { authenticatorId })) as {
      credentials: { signCount: number; rpId: string }[];
    };
    expect(credentials).toMatchObject([{ rpId: 'localhost' }]);
    expect(credentials[0]!.signCount).toBeGreaterThan(1);
  });

  it('signs in alone, without name and password', async () => {
    await signOut();
    await shot('door');
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.locator('.rail').waitFor();
    await page.evaluate(`location.hash = '#/settings'`);
    await page.getByText('You are signed in as ayse').waitFor();
  });

  it('is refused when the finger is another, and once it was copied', async () => {
    await signOut();
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByRole('alert').filter({ hasText: 'The browser gave no passkey' }).waitFor();
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
    // A copy of the key that has signed less often than the one before.
    const { credentials } = (await cdp.send('WebAuthn.getCredentials', { authenticatorId })) as {
      credentials: { credentialId: string; signCount: number }[];
    };
    const { credentialId } = credentials[0]!;
    await cdp.send('WebAuthn.removeCredential', { authenticatorId, credentialId });
    await cdp.send('WebAuthn.addCredential', {
      authenticatorId,
      credential: { ...credentials[0]!, signCount: 1 } as never,
    });
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByRole('alert').filter({ hasText: 'The passkey was not accepted' }).waitFor();
    await cdp.send('WebAuthn.removeCredential', { authenticatorId, credentialId });
    await cdp.send('WebAuthn.addCredential', { authenticatorId, credential: credentials[0] as never });
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.locator('.rail').waitFor();
  });

  it('has company, and goes by the password', async () => {
    await cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
    authenticatorId = await addAuthenticator();
    await page.evaluate(`location.hash = '#/settings'`);
    await make('security key');
    await page.locator('.passkeys', { hasText: 'security key' }).waitFor();
    expect(await page.locator('.passkeys li').count()).toBe(2);
    await page.getByRole('button', { name: 'Remove passkey “laptop”' }).click();
    await page.getByLabel('Your password, to remove “laptop”').fill('not the right one');
    await page.keyboard.press('Enter');
    await page.locator('.toast', { hasText: 'The password is wrong' }).waitFor();
    await page.getByLabel('Your password, to remove “laptop”').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.locator('.passkeys', { hasText: 'laptop' }).waitFor({ state: 'detached' });
  });

  it('pleases axe in the account and at the door, in both languages', async () => {
    const free = await browser.newContext({ bypassCSP: true, locale: 'en-GB', reducedMotion: 'reduce' });
    const seen = await free.newPage();
    const look = async (what: string, ready: string): Promise<void> => {
      for (const [language, theme] of [
        ['en', 'dark'],
        ['tr', 'light'],
      ]) {
        await seen.goto(`${home}/#/settings/account`);
        await seen.evaluate(
          `localStorage.setItem('bekci.language', '${language}'); localStorage.setItem('bekci.theme', '${theme}')`,
        );
        await seen.reload();
        await seen.locator(ready).first().waitFor();
        await seen.evaluate(readFileSync(AXE, 'utf8'));
        const { violations } = await seen.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
          'axe.run()',
        );
        const faults = violations.map((each) => `${what} ${language}: ${each.id} ${each.nodes[0]?.html}`);
        expect(faults).toEqual([]);
      }
    };
    await look('door', '.door form');
    await free.addCookies(await context.cookies());
    await look('account', '.passkeys li');
    await free.close();
  });

  it('says where it cannot work, in both languages', async () => {
    await page.goto(home.replace('localhost', '127.0.0.1'));
    await page.getByLabel('Name').waitFor();
    expect(await page.getByRole('button', { name: 'Sign in with a passkey' }).count()).toBe(0);
    await typePassword();
    await page.getByRole('alert').filter({ hasText: 'Open it as http://localhost' }).waitFor();
    await shot('bare-address');
    await page.getByRole('button', { name: 'Türkçe' }).click();
    await typePasswordIn('Ad', 'Parola', 'Oturum aç');
    await page.getByRole('alert').filter({ hasText: 'yalın bir adresle' }).waitFor();
  });

  it('never met the content security policy or an error of its own', () => {
    expect(complaints).toEqual([]);
  });

  async function typePasswordIn(name: string, password: string, button: string): Promise<void> {
    await page.getByLabel(name, { exact: true }).fill('ayse');
    await page.getByLabel(password).fill(PASSWORD);
    await page.getByRole('button', { name: button, exact: true }).click();
  }
});
