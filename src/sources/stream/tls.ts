/** TLS of the sources that listen: one place for its settings and for certificates that are renewed while it runs. */
import { readFileSync, statSync } from 'node:fs';
import type { SecureContextOptions, Server, TlsOptions } from 'node:tls';
import { z } from 'zod';

/** Settings of a TLS listener. */
export const tlsSettings = z.strictObject({
  cert: z.string().min(1).describe('Certificate chain, PEM.'),
  key: z.string().min(1).describe('Private key, PEM.'),
  client_ca: z
    .string()
    .min(1)
    .optional()
    .describe('Certificates that sign clients, PEM. With it every client must show a certificate signed by them.'),
  client_names: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Only clients whose certificate carries one of these names (subject alternative DNS name or common name).',
    ),
});

/** Settings as parsed. */
export type TlsSettings = z.infer<typeof tlsSettings>;

const LOOK_EVERY_MS = 60_000;
const HANDSHAKE_MS = 10_000;

/** What the server is made with. Throws where a file cannot be read. */
export function tlsOptions(settings: TlsSettings): TlsOptions {
  const must = settings.client_ca !== undefined;
  return {
    ...contextOf(settings),
    minVersion: 'TLSv1.2',
    requestCert: must,
    rejectUnauthorized: must,
    handshakeTimeout: HANDSHAKE_MS,
  };
}

/** Takes renewed files into use; returns how to stop looking. */
export function followCertificates(
  server: Pick<Server, 'setSecureContext'>,
  settings: TlsSettings,
  onProblem: (why: string) => void,
): () => void {
  let seen = stampOf(settings);
  const timer = setInterval(() => {
    const now = stampOf(settings);
    if (now === seen) return;
    seen = now;
    try {
      server.setSecureContext(contextOf(settings));
    } catch (error) {
      onProblem(`the renewed certificate cannot be used: ${(error as Error).message}`);
    }
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** True when a client of these names may send. */
export function mayConnect(settings: TlsSettings, commonName: string | null, altNames: string | null): boolean {
  if (settings.client_names.length === 0) return true;
  const names = new Set(
    (altNames ?? '').split(', ').flatMap((each) => (each.startsWith('DNS:') ? [each.slice(4)] : [])),
  );
  if (commonName !== null) names.add(commonName);
  return settings.client_names.some((each) => names.has(each));
}

function contextOf(settings: TlsSettings): SecureContextOptions {
  return {
    cert: readFileSync(settings.cert),
    key: readFileSync(settings.key),
    ...(settings.client_ca === undefined ? {} : { ca: readFileSync(settings.client_ca) }),
  };
}

function stampOf(settings: TlsSettings): string {
  return [settings.cert, settings.key, settings.client_ca]
    .map((path) => (path === undefined ? '' : (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0)))
    .join();
}
