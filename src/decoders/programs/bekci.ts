/** Bekçi's own door: failed sign-ins to the dashboard, as src/watch-room.ts writes them. The address stands before what the visitor wrote. */
import { defineProgram } from '../message/program.ts';

/** The watch room's access log. */
export const bekci = defineProgram({
  name: 'bekci',
  fail: ['sign-in failed from {ip}: {text}, user "{user}"'],
});
