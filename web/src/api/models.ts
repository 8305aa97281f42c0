/** What was learned, in the shape of its contract. Asked for by path: a Bekçi without that route says 404. */
import type { z } from 'zod';
import type { model, models } from '../../../src/api/contract/learn.ts';
import { callPath } from './client.ts';

/** All that was learned. */
export type Models = z.output<typeof models>;
/** One model. */
export type Model = z.output<typeof model>;

/** Reads it. */
export const readModels = (signal?: AbortSignal): Promise<Models> => callPath('GET', '/models', undefined, signal);

/** Calls something normal here, or no longer. */
export const callNormal = (entity: string, normal: boolean): Promise<{ readonly normal: readonly string[] }> =>
  callPath('POST', '/models/normal', { entity, normal });
