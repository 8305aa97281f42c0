/** The settings: read, checked, written, tried out. Every write and every test is in the audit. */
import type { Handlers } from '../handler.ts';
import { note } from '../http/call.ts';

/** Handlers of the settings. */
export const settingsHandlers = {
  settings: (_, { desk }) => desk.settings.read(),
  checkSettings: ({ body }, { desk }) => desk.settings.check(body),
  writeSettings: ({ body }, call) => {
    const answer = call.desk.settings.write(body.wish, body.revision);
    const changed = answer.diff.filter((line) => line.kind === 'added' || line.kind === 'removed');
    const brief = changed.map((line) => `${line.kind === 'added' ? '+' : '-'} ${line.text.trim()}`).join('; ');
    note(call, 'settings.write', call.desk.settings.read().path, brief, answer.written);
    return answer;
  },
  testSetting: async ({ body }, call) => {
    const answer = await call.desk.settings.test(body.kind, body.index);
    note(call, `${body.kind}.test`, String(body.index), answer.problem ?? '', answer.ok);
    return answer;
  },
} satisfies Partial<Handlers>;
