/** Every responder there is. A new one is added here. */
import { z } from 'zod';
import { commandSettings, createCommand } from './command/command.ts';
import { createHttp, httpSettings } from './http/http.ts';
import { createNftables, nftablesSettings } from './nftables/nftables.ts';
import type { Responder, ResponderContext } from './responder.ts';

/** Settings of any responder, told apart by `type`. */
export const responderSettings = z.discriminatedUnion('type', [nftablesSettings, commandSettings, httpSettings]);

/** Creates the responder of the given settings. */
export function createResponder(settings: z.infer<typeof responderSettings>, context: ResponderContext): Responder {
  switch (settings.type) {
    case 'nftables':
      return createNftables(settings, context);
    case 'command':
      return createCommand(settings, context);
    case 'http':
      return createHttp(settings, context);
  }
}
