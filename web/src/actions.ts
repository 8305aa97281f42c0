/** What a person does about alerts and addresses; each tells what came of it and offers the way back. */
import { type Answer, call, type Sent } from './api/client.ts';
import { tellDone, tellFault } from './parts/toasts.tsx';
import { useLanguage } from './settings.ts';
import { say } from './words/words.ts';

/** One alert as a row. */
export type Alert = Answer<'alerts'>['items'][number];
type AlertState = Alert['state'];

const WEEK_SECONDS = 7 * 86_400;

/** The actions; each resolves when it is done, failed or not. */
export interface Actions {
  ban(addresses: readonly string[], seconds: number, reason: string): Promise<Answer<'addDecisions'> | null>;
  lift(addresses: readonly string[]): Promise<void>;
  allow(value: string, note: string): Promise<boolean>;
  disallow(id: string, value: string): Promise<void>;
  /** `seconds`: how long muted ones stay so; a week when left out. */
  mark(alerts: readonly Alert[], state: AlertState, seconds?: number): Promise<void>;
}

/** Is this about an address, so that it can be banned? */
export function isAddress(field: string): boolean {
  return field.endsWith('.ip');
}

/** The actions; `after` is called when something changed, to read anew. */
export function useActions(after: () => void): Actions {
  const language = useLanguage();

  return {
    async ban(addresses, seconds, reason) {
      const body: Sent<'addDecisions'>['body'] = { addresses: [...addresses], seconds, reason };
      try {
        const answer = await call('addDecisions', { body });
        const refused = answer.results.flatMap((each) => (each.ok ? [] : [each.why[language]]));
        const observed = answer.results.some((each) => each.ok && each.decision.state === 'observed');
        if (answer.accepted > 0)
          tellDone(observed ? 'done.observed' : 'done.banned', { n: answer.accepted }, answer, after);
        if (refused[0] !== undefined && addresses.length === 1)
          tellDone('done.refused', { why: refused[0] }, { bad: true });
        after();
        return answer;
      } catch (error) {
        tellFault(error);
        return null;
      }
    },
    async lift(addresses) {
      try {
        const answer = await call('deleteDecisions', { body: { addresses: [...addresses] } });
        tellDone('done.lifted', { n: answer.lifted }, answer, after);
        after();
      } catch (error) {
        tellFault(error);
      }
    },
    async allow(value, note) {
      try {
        await call('addAllow', { body: { value, note } });
        tellDone('done.allowed', { what: value });
        after();
        return true;
      } catch (error) {
        tellFault(error);
        return false;
      }
    },
    async disallow(id, value) {
      try {
        await call('deleteAllow', { params: { id } });
        tellDone('done.disallowed', { what: value });
        after();
      } catch (error) {
        tellFault(error);
      }
    },
    async mark(alerts, state, seconds = WEEK_SECONDS) {
      if (alerts.length === 0) return;
      const until = state === 'muted' ? Date.now() + seconds * 1000 : null;
      try {
        const answer = await call('changeAlerts', { body: { ids: alerts.map((each) => each.id), state, until } });
        tellDone('done.changed', { n: answer.changed, state: say(language, `state.${state}`) }, answer, after);
        after();
      } catch (error) {
        tellFault(error);
      }
    },
  };
}
