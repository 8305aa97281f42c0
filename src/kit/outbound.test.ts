/** What is never asked, in every writing, by name too. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import { expect, it } from 'vitest';
import { isNeverAsked, outbound, pageUrlProblem } from './outbound.ts';

it.each(['169.254.169.254', '::ffff:169.254.169.254', 'fe80::1', 'fd00:ec2::254', '100.100.100.200'])(
  'never asks %s',
  (address) => expect(isNeverAsked(address)).toBe(true),
);
it.each(['127.0.0.1', '10.0.0.1', '203.0.113.7', 'fd00::1'])('may ask %s', (address) =>
  expect(isNeverAsked(address)).toBe(false),
);

it.each([
  ['http://169.254.169.254/latest', 'metadata'],
  ['http://2852039166/', 'metadata'],
  ['http://0xa9fea9fe/', 'metadata'],
  ['http://[::ffff:a9fe:a9fe]/', 'metadata'],
  ['http://metadata.google.internal/', 'metadata'],
  ['http://127.1:8080/', 'loopback'],
  ['http://localhost:8787/{ip}', 'loopback'],
  ['http://[::1]/', 'loopback'],
  ['http://0/', 'loopback'],
  ['file:///etc/passwd', 'no-url'],
  ['nothing', 'no-url'],
  ['https://10.0.0.1/api/{ip}', null],
  ['https://feeds.example/list.txt', null],
])('on the page %s: %s', (url, problem) => expect(pageUrlProblem(url)).toBe(problem));

it('refuses at the moment of connecting and lets others through', async () => {
  await expect(outbound('http://169.254.169.254/')).rejects.toThrow(/never asked/);
  const server = createServer((_, res) => res.end('here')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://localhost:${(server.address() as AddressInfo).port}/`;
  const answer = await request(url, { dispatcher: await outbound(url) });
  expect(await answer.body.text()).toBe('here');
  server.closeAllConnections();
  server.close();
});
