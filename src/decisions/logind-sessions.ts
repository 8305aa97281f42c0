/**
 * Remote peers of logind's sessions, from its files in /run/systemd/sessions, which everybody may read. Newer systems keep no
 * utmp, and a daemon without rights cannot read other users' environments: then this is the only sign of who is logged in.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalAddress } from '../kit/address.ts';

const MAX_SESSIONS = 10_000;

/** Addresses people are logged in from now, as logind knows them. `folder` is for tests. */
export function logindPeers(folder = '/run/systemd/sessions'): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names.slice(0, MAX_SESSIONS).flatMap((name) => {
    if (!/^[A-Za-z0-9]{1,32}$/.test(name)) return [];
    try {
      return peerOf(readFileSync(join(folder, name), 'utf8'));
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
}

function peerOf(text: string): string[] {
  const value = (key: string): string | undefined => new RegExp(`^${key}=(.{1,256})$`, 'm').exec(text)?.[1];
  if (value('REMOTE') !== '1' || value('STATE') === 'closing') return [];
  const address = canonicalAddress(value('REMOTE_HOST') ?? '');
  return address === null ? [] : [address];
}
