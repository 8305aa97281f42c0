/** The type that an event without one is given. */
import { describe, expect, it } from 'vitest';
import { type Fields, fieldOf, type LogEvent, toEcs } from './log-event.ts';

function eventOf(fields: Fields): LogEvent {
  const kind = { product: null, service: 'x', category: null };
  return { time: 0, kind, host: null, program: null, pid: null, message: '', repeat: 1, fields };
}

describe('event.type', () => {
  it.each([
    [{ 'event.category': 'authentication', 'event.action': 'login' }, 'start'],
    [{ 'event.category': 'authentication', 'event.action': 'UserLoggedOff' }, 'end'],
    [{ 'event.category': 'session', 'event.action': 'session-start' }, 'start'],
    [{ 'event.category': 'session' }, 'info'],
    [{ 'event.category': 'network', 'event.action': 'Drop' }, 'denied'],
    [{ 'event.category': 'network', 'event.action': 'accept' }, 'allowed'],
    [{ 'event.category': ['network', 'web'] }, 'info'],
    [{ 'event.category': 'web' }, 'access'],
    [{ 'event.category': 'session', 'event.action': 'logout', 'event.type': 'change' }, 'change'],
    [{ 'event.action': 'x' }, undefined],
  ] as const)('of %o is %s', (fields, type) => {
    expect(fieldOf(eventOf(fields), 'event.type')).toBe(type);
    expect(toEcs(eventOf(fields))['event.type']).toBe(type);
  });
});
