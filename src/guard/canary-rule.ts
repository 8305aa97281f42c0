/** The rule that knows the canary, loaded with the rules of a running daemon only. */

/** Its id. */
export const CANARY_RULE = 'b0c1de00-0c4a-5a9e-9d1e-c0ffee0ca4a1';

/** Sigma, as a rule file. It asks for a ban, so that the door is asked; the door refuses the whole prefix. */
export function canaryRule(): { readonly path: string; readonly text: string } {
  return {
    path: 'canary',
    text: `title: Canary
id: ${CANARY_RULE}
name: bekci_canary
status: stable
description: Bekçi's own line, which proves on a schedule that the whole chain works.
logsource: {service: bekci}
detection:
  selection:
    event.action: bekci-canary
    source.ip|cidr: 100::/64
  condition: selection
level: informational
bekci: {action: ban, ban: 1m}
`,
  };
}
