/** Certificates for tests, made by openssl: an authority, a server, a client, and a client of a foreign authority. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Paths of PEM files by name. */
export type Certificates = Readonly<
  Record<'ca' | 'server' | 'serverKey' | 'client' | 'clientKey' | 'alien' | 'alienKey', string>
>;

/** Makes them in a folder. */
export function makeCertificates(folder: string): Certificates {
  const path = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  };
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const authority = (name: string): void =>
    openssl('req', '-x509', ...curve, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.pem`);
  const signed = (name: string, by: string): void => {
    const alt = `subjectAltName=DNS:${name}.example,IP:127.0.0.1`;
    openssl('req', ...curve, '-subj', `/CN=${name}`, '-addext', alt, '-keyout', `${name}.key`, '-out', `${name}.csr`);
    const from = ['-in', `${name}.csr`, '-CA', `${by}.pem`, '-CAkey', `${by}.key`, '-CAcreateserial', '-days', '2'];
    openssl('x509', '-req', ...from, '-copy_extensions', 'copy', '-out', `${name}.pem`);
  };
  authority('ca');
  authority('other');
  signed('server', 'ca');
  signed('client', 'ca');
  signed('alien', 'other');
  return {
    ca: path('ca.pem'),
    server: path('server.pem'),
    serverKey: path('server.key'),
    client: path('client.pem'),
    clientKey: path('client.key'),
    alien: path('alien.pem'),
    alienKey: path('alien.key'),
  };
}
