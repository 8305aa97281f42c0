/** What stands in for fail2ban's actions: a responder of bekci, or the reason why there is none. */
import type { NamedWithOptions } from '../detectors/fail2ban/conf/options.ts';
import type { MessageKey } from '../kit/messages/messages.ts';

/** An action and what became of it. */
export interface MappedAction {
  readonly action: string;
  /** Responder settings, or null. */
  readonly responder: Readonly<Record<string, unknown>> | null;
  /** Why, for people; null where nothing need be said. */
  readonly reason: { readonly key: MessageKey; readonly params: Record<string, string> } | null;
}

type Rule = readonly [RegExp, (action: NamedWithOptions) => Omit<MappedAction, 'action'>];

const as = (responder: Record<string, unknown>, key: MessageKey | null = null) => ({
  responder,
  reason: key === null ? null : { key, params: {} },
});
const without = (key: MessageKey, params: Record<string, string> = {}) => ({
  responder: null,
  reason: { key, params },
});

const RULES: readonly Rule[] = [
  [/^(?:iptables|nftables)/, () => as({ type: 'nftables' }, 'f2b.action.allPorts')],
  [/^(?:ufw|shorewall|route$)/, () => as({ type: 'nftables' }, 'f2b.action.ownTable')],
  [/^firewallcmd-/, () => as({ type: 'firewalld' }, 'f2b.action.allPorts')],
  [/^hostsdeny$/, ({ options }) => as({ type: 'hosts.deny', ...fileOf(options) })],
  [/^nginx-block-map$/, () => without('f2b.action.nginx')],
  [/^cloudflare/, () => without('f2b.action.cloudflare')],
  [
    /^(?:sendmail|mail)(?:-|$)|^smtp\.py$/,
    ({ options }) => without('f2b.action.mail', { to: options.get('dest') ?? '' }),
  ],
  [/^apprise$/, () => without('f2b.action.notifier')],
  [
    /^(?:abuseipdb|blocklist_de|badips|dshield|complain|mynetwatchman|xarf-login-attack|ipthreat)/,
    () => without('f2b.action.report'),
  ],
  [/^dummy$/, () => without('f2b.action.dummy')],
];

function fileOf(options: ReadonlyMap<string, string>): Record<string, string> {
  const file = options.get('file');
  return file === undefined ? {} : { file };
}

/** Maps one action. */
export function mapAction(action: NamedWithOptions): MappedAction {
  const rule = RULES.find(([pattern]) => pattern.test(action.name));
  return { action: action.name, ...(rule?.[1](action) ?? without('f2b.action.own')) };
}
