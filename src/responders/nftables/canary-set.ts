/** The canary's set: a set beside the bans' own that no rule drops by, into which an element is written to prove that one can be. */

import { AppError } from '../../kit/errors.ts';
import type { CommandResult } from '../../kit/run-command.ts';

/** Its name; it never holds anybody. */
export const CANARY_SET = 'canary';
/** The discard-only prefix (RFC 6666). */
const ELEMENT = '100::1';

/** Writes an element for a few seconds into the set of this table and reads it back. Null, or what went wrong. */
export async function proveWrite(
  table: string,
  nft: (input: string, ...flags: string[]) => Promise<CommandResult>,
): Promise<AppError | CommandResult | null> {
  const place = `element inet ${table} ${CANARY_SET}`;
  const written = await nft(
    [
      `add table inet ${table}`,
      `add set inet ${table} ${CANARY_SET} { type ipv6_addr; flags timeout; size 16; }`,
      `add ${place} { ${ELEMENT} }`,
      `delete ${place} { ${ELEMENT} }`,
      `add ${place} { ${ELEMENT} timeout 10s }`,
      '',
    ].join('\n'),
  );
  if (written.code !== 0) return written;
  // A dry creation of what is there is refused: the kernel's own word.
  const again = await nft(`create ${place} { ${ELEMENT} }\n`, '-c');
  if (again.code !== 0 && again.stderr.includes('File exists')) return null;
  return new AppError('NFT_NOT_THERE', {
    message: 'nft took an element, and the kernel does not hold it',
    hint: 'does something else flush the ruleset? see `nft monitor`',
    retry: 'soon',
  });
}
