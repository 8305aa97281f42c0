/** What a log file's name says of what wrote it. */
import { isDeclared } from './declared.ts';

/** The label a path suggests, for logs whose lines do not say what wrote them. */
export function labelOf(path: string): string | null {
  // `vsftpd.log`, `vsftpd.log.1.gz`, `vsftpd-20261124.log`: the file is called like the program.
  const name = /([^/]+?)(?:[.-]\d{8})?(?:\.log)?(?:\.\d{1,4})?(?:\.(?:gz|zst|bz2|xz))?$/.exec(path)?.[1];
  if (name !== undefined && isDeclared(name)) return name;
  if (/(^|[/_.-])nginx/.test(path)) return 'nginx';
  return /(^|[/_.-])(apache2?|httpd)/.test(path) ? 'apache' : null;
}
