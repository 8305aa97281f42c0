/** The room over TLS of its own: secure cookies, a link that says https, a renewed certificate that is served. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { removeFolder } from '../labs/remove-folder.ts';
import { openRoom } from './room.ts';

const folder = mkdtempSync(join(tmpdir(), 'bekci-tls-'));
const made = spawnSync('openssl', [
  ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
  ...['-subj', '/CN=localhost', '-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')],
]);
if (made.status !== 0) console.log('tls: left out, openssl is not installed');

it.skipIf(made.status !== 0)('serves over TLS', async () => {
  const room = await openRoom(
    '',
    () => null,
    `tls: {cert: ${join(folder, 'cert.pem')}, key: ${join(folder, 'key.pem')}}`,
  );
  try {
    const link = room.daemon.room?.signIn() ?? '';
    expect(link).toMatch(/^https:/);
    const token = link.split('#link=')[1];
    const answer = await new Promise<{ status: number; cookie: string }>((resolve, reject) => {
      const req = request(
        `${new URL(link).origin}/api/v1/auth/link`,
        { method: 'POST', rejectUnauthorized: false, headers: { 'content-type': 'application/json' } },
        (res) => {
          res.resume();
          resolve({ status: res.statusCode ?? 0, cookie: String(res.headers['set-cookie']) });
        },
      );
      req.on('error', reject);
      req.end(JSON.stringify({ token }));
    });
    expect(answer.status).toBe(200);
    expect(answer.cookie).toContain('; Secure');
  } finally {
    await room.close();
    removeFolder(folder);
  }
});

it('says what is wrong with a certificate and goes on watching', async () => {
  const room = await openRoom('', () => null, 'tls: {cert: /nowhere.pem, key: /nowhere.pem}');
  expect(room.daemon.http).toBe(null);
  expect(room.said.join('\n')).toContain('cannot serve over TLS');
  await room.close();
});
