/** Contract of the one who is asking. */
import { z } from 'zod';
import { role } from './shapes.ts';

/** Who is asking. `csrf` goes into the header `x-bekci-csrf` of every write. */
export const me = z.object({
  signedIn: z.boolean(),
  user: z.string().nullable(),
  role: role.nullable(),
  csrf: z.string().nullable(),
  totp: z.boolean(),
  hasPasskeys: z.boolean().describe('Somebody has one: signing in with it may be offered.'),
  hasUsers: z.boolean().describe('False: only a one-time link (`bekci open`) signs in.'),
  language: z.enum(['en', 'tr']),
  version: z.string(),
});
