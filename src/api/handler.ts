/** What a handler of a route is. */
import type { Given, RouteInput, RouteName } from './contract.ts';
import type { Call } from './http/call.ts';

/** Answers one route; a Response for streams and downloads. */
export type Handlers = {
  readonly [Name in RouteName]: (
    input: RouteInput<Name>,
    call: Call,
  ) => Given<Name> | Response | Promise<Given<Name> | Response>;
};
