/** Shuts addresses out with nftables, called by this process itself. */
import { z } from 'zod';
import type { Responder, ResponderContext } from '../responder.ts';
import { createTable } from './table.ts';

/** Settings. */
export const nftablesSettings = z.strictObject({
  type: z.literal('nftables'),
  table: z
    .string()
    .regex(/^[A-Za-z_][\w-]{0,30}$/)
    .default('bekci')
    .describe('Name of the inet table bekci keeps its sets in.'),
  command: z
    .array(z.string())
    .min(1)
    .default(['nft'])
    .describe('How nft is called, e.g. [ip, netns, exec, NAME, nft].'),
  conntrack: z
    .array(z.string())
    .optional()
    .describe(
      'How conntrack(8) is called, to forget the live connections of a banned address at once, e.g. [conntrack].',
    ),
});

/** A responder over nft(8). */
export function createNftables(settings: z.infer<typeof nftablesSettings>, context: ResponderContext): Responder {
  return createTable(settings, context);
}
