/** What was learned, and what people called normal. */
import { fail } from '../../kit/errors.ts';
import type { Handlers } from '../handler.ts';
import { note } from '../http/call.ts';

/** Handlers of learning. */
export const learnHandlers = {
  models: (_, { desk }) => desk.models.state(),
  setNormal: ({ body }, call) => {
    const { models } = call.desk;
    if (!models.setNormal(body.entity, body.normal))
      fail('MODEL_OFF', { message: 'nothing is learned here', hint: 'set `anomaly.enabled` to true' });
    note(call, body.normal ? 'models.normal' : 'models.notNormal', body.entity);
    return { normal: models.state().normal };
  },
} satisfies Partial<Handlers>;
