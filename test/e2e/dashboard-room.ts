/** A real daemon with its dashboard and a real browser, for the dashboard's tests. */
import { appendFileSync, existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { parseConfig } from '../../src/config/load.ts';
import { type Daemon, startDaemon } from '../../src/daemon.ts';
import { removeFolder } from '../labs/remove-folder.ts';

/** The script that looks for what people who cannot see or point would miss. */
export const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Why no browser can be started here, or null. */
export const browserProblem: string | null = existsSync(CHROMIUM) ? null : `${CHROMIUM} is not installed`;

/** Starts the browser. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

/** A daemon that observes one log file, and can be stopped and started again on the same port. */
export interface DashboardRoom {
  readonly log: string;
  /** The file its settings page writes; what runs was started with more. */
  readonly file: string;
  daemon(): Daemon;
  write(lines: readonly string[]): void;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** What a room has besides its log. */
export interface RoomExtras {
  /** What it learns; nothing when not given. */
  readonly anomaly?: string;
  /** Further sources, each as YAML on one line; `FOLDER` is the room's. */
  readonly sources?: readonly string[];
  /** Files in the room's folder before it starts. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Opens the room on a port of its own. */
export async function openDashboard(extra = '', settings = '', more: RoomExtras = {}): Promise<DashboardRoom> {
  const folder = mkdtempSync(join(tmpdir(), 'bekci-dashboard-'));
  const log = join(folder, 'auth.log');
  const file = join(folder, 'bekci.yaml');
  writeFileSync(log, '');
  for (const [name, text] of Object.entries(more.files ?? {})) writeFileSync(join(folder, name), text);
  const sources = [`{type: file, path: ${log}, from: start}`, ...(more.sources ?? [])]
    .join(', ')
    .replaceAll('FOLDER', folder);
  let running: Daemon | null = null;
  let listen = '127.0.0.1:0';
  const start = async (): Promise<void> => {
    if (!existsSync(file)) writeFileSync(file, settings);
    const config = parseConfig(
      `state_dir: ${folder}\nhttp: {listen: "${listen}"}\nanomaly: ${more.anomaly ?? '{enabled: false}'}\nsources: [${sources}]\n${extra}`,
      'dashboard.yaml',
    );
    running = await startDaemon({ config, configPath: file, log: () => {} });
    listen = new URL(running.room?.url ?? '').host;
  };
  const stop = async (): Promise<void> => {
    await running?.stop();
    running = null;
  };
  await start();
  return {
    log,
    file,
    daemon() {
      if (running === null) throw new Error('the daemon is stopped');
      return running;
    },
    write: (lines) => appendFileSync(log, lines.map((line) => `${line}\n`).join('')),
    start,
    stop,
    async close() {
      await stop();
      removeFolder(folder);
    },
  };
}

/** Refused logins of one address as OpenSSH writes them, a second apart, ending now. */
export function refusedLogins(address: string, count: number, user = 'root'): string[] {
  return Array.from({ length: count }, (_, index) => {
    const at = new Date(Date.now() - (count - index) * 1000).toISOString();
    return `${at} web1 sshd[${4000 + index}]: Failed password for ${user} from ${address} port ${40_000 + index} ssh2`;
  });
}
