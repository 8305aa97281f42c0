/** Every responder there is. A new one is added here. */
import { z } from 'zod';
import { cloudflareSettings, createCloudflare } from './cloudflare/cloudflare.ts';
import { commandSettings, createCommand } from './command/command.ts';
import {
  createHaproxy,
  createHostsDeny,
  createNginx,
  haproxySettings,
  hostsDenySettings,
  nginxSettings,
} from './deny-file/deny-file.ts';
import { createFirewallHelper, firewallHelperSettings } from './firewall-helper/firewall-helper.ts';
import { createFirewalld, firewalldSettings } from './firewalld/firewalld.ts';
import { createHttp, httpSettings } from './http/http.ts';
import { createIpset, ipsetSettings } from './ipset/ipset.ts';
import { createNftables, nftablesSettings } from './nftables/nftables.ts';
import type { Responder, ResponderContext } from './responder.ts';

/** Settings of any responder, told apart by `type`. */
export const responderSettings = z.discriminatedUnion('type', [
  nftablesSettings,
  firewallHelperSettings,
  ipsetSettings,
  firewalldSettings,
  cloudflareSettings,
  nginxSettings,
  haproxySettings,
  hostsDenySettings,
  commandSettings,
  httpSettings,
]);

/** Creates the responder of the given settings. */
export function createResponder(settings: z.infer<typeof responderSettings>, context: ResponderContext): Responder {
  switch (settings.type) {
    case 'nftables':
      return createNftables(settings, context);
    case 'helper':
      return createFirewallHelper(settings, context);
    case 'ipset':
      return createIpset(settings, context);
    case 'firewalld':
      return createFirewalld(settings);
    case 'cloudflare':
      return createCloudflare(settings, context);
    case 'nginx':
      return createNginx(settings);
    case 'haproxy':
      return createHaproxy(settings);
    case 'hosts.deny':
      return createHostsDeny(settings);
    case 'command':
      return createCommand(settings, context);
    case 'http':
      return createHttp(settings, context);
  }
}
