/**
 * Bekçi's own lines: failed sign-ins to the dashboard, as src/watch-room.ts writes them (the address stands before what the visitor
 * wrote), and the canary of src/guard/canary.ts.
 */
import { defineProgram } from '../message/program.ts';

/** The watch room's access log. */
export const bekci = defineProgram({
  name: 'bekci',
  fail: ['sign-in failed from {ip}: {text}, user "{user}"'],
  groups: [{ fields: { 'event.action': 'bekci-canary' }, patterns: ['canary from {ip}'] }],
});
