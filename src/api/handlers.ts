/** A handler for every route of the contract: one that is missing does not compile. */
import type { Handlers } from './handler.ts';
import { accessHandlers } from './handlers/access.ts';
import { alertHandlers } from './handlers/alerts.ts';
import { allowHandlers } from './handlers/allow.ts';
import { benchHandlers } from './handlers/bench.ts';
import { decideHandlers } from './handlers/decide.ts';
import { knowHandlers } from './handlers/know.ts';
import { learnHandlers } from './handlers/learn.ts';
import { passkeyHandlers } from './handlers/passkeys.ts';
import { peopleHandlers } from './handlers/people.ts';
import { placeHandlers } from './handlers/places.ts';
import { searchHandlers } from './handlers/search.ts';
import { settingsHandlers } from './handlers/settings.ts';
import { watchHandlers } from './handlers/watch.ts';

/** All of them. */
export const handlers: Handlers = {
  ...watchHandlers,
  ...alertHandlers,
  ...decideHandlers,
  ...allowHandlers,
  ...knowHandlers,
  ...learnHandlers,
  ...benchHandlers,
  ...accessHandlers,
  ...passkeyHandlers,
  ...placeHandlers,
  ...peopleHandlers,
  ...searchHandlers,
  ...settingsHandlers,
};
