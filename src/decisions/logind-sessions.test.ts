/** logind's session files: remote ones by address, and nothing from what is no such file. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { logindPeers } from './logind-sessions.ts';

it('finds the peers of remote sessions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bekci-sessions-'));
  const write = (name: string, ...lines: string[]): void =>
    writeFileSync(join(folder, name), `# This is private data. Do not parse.\n${lines.join('\n')}\n`);
  write('3', 'UID=1000', 'USER=alice', 'ACTIVE=1', 'STATE=active', 'REMOTE=1', 'SERVICE=sshd', 'REMOTE_HOST=192.0.2.9');
  write('c4', 'UID=0', 'STATE=online', 'REMOTE=1', 'REMOTE_HOST=2001:DB8::9');
  write('5', 'UID=0', 'STATE=closing', 'REMOTE=1', 'REMOTE_HOST=192.0.2.10');
  write('6', 'UID=0', 'STATE=active', 'REMOTE=0', 'TTY=tty1');
  write('7', 'UID=0', 'STATE=active', 'REMOTE=1', 'REMOTE_HOST=host.example.org');
  write('3.ref', 'STATE=active', 'REMOTE=1', 'REMOTE_HOST=192.0.2.11');
  mkdirSync(join(folder, '8'));
  expect(logindPeers(folder).sort()).toEqual(['192.0.2.9', '2001:db8::9']);
  expect(logindPeers(join(folder, 'none'))).toEqual([]);
});
