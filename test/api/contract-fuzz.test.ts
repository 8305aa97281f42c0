/**
 * Every route with requests made out of its own contract, right in shape and odd in what they say: never a 500, every answer
 * as the contract has it, every fault a problem with a code. Seeded; the seed stands in what fails.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { problem, type Route } from '../../src/api/contract/shapes.ts';
import { routeList } from '../../src/api/contract.ts';
import { attack, type Client, openRoom, pathOf, type Room, until } from './room.ts';

const ROUNDS = 6;
/** They would end what the others need: the session, the only admin, all bans. */
const LEFT_OUT = new Set(['logout', 'panic', 'deleteUser', 'changeUser', 'login', 'link', 'changePassword']);
const ODD = [
  '',
  ' ',
  '\u0000',
  '\u202e',
  '\ud800',
  '0',
  '-1',
  '1e999',
  '../..',
  '%',
  "' OR 1=1 --",
  '*',
  'é'.repeat(300),
];
const LIKELY = ['203.0.113.7', '2001:db8::/64', '203.0.113.0/24', 'root', 'attack.t1110', 'viewer', '1', 'source.ip:*'];

interface Shape {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
  readonly minItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly additionalProperties?: boolean | Shape;
}

let room: Room;
let admin: Client;
/** Ids that exist, so that not every request ends at "not known here". */
const known: string[] = [];

beforeAll(async () => {
  room = await openRoom();
  admin = await room.as('admin');
  room.write(attack('203.0.113.7'));
  const { items } = await until(
    () => admin.call('alerts', {}),
    (page) => page.items.length > 0,
  );
  const decisions = await admin.call('decisions', {});
  known.push(items[0]!.id, items[0]!.rules[0]!.id, ...decisions.items.map((each) => each.id));
});
afterAll(() => room.close());

/** Numbers below one from a seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Something of a shape. */
function made(shape: Shape, next: () => number, depth = 0): unknown {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  if (shape.const !== undefined) return shape.const;
  if (shape.enum !== undefined) return pick(shape.enum);
  const choices = shape.anyOf ?? shape.oneOf;
  if (choices !== undefined) return made(pick(choices), next, depth);
  switch (shape.type) {
    case 'boolean':
      return next() < 0.5;
    case 'integer':
    case 'number': {
      const [low, high] = [Math.max(shape.minimum ?? 0, -1e6), Math.min(shape.maximum ?? 2e12, 2e12)];
      return pick([low, high, Math.floor(low + next() * (high - low)), Math.floor(low + next() * 10), Date.now()]);
    }
    case 'array':
      return Array.from({ length: Math.max(shape.minItems ?? 0, Math.floor(next() * 3)) }, () =>
        made(shape.items ?? {}, next, depth + 1),
      );
    case 'object':
      return Object.fromEntries(
        Object.entries(shape.properties ?? {})
          .filter(([key]) => shape.required?.includes(key) === true || next() < 0.5)
          .map(([key, each]) => [key, made(each, next, depth + 1)]),
      );
    case 'string': {
      const text = next() < 0.4 ? pick(ODD) : pick([...LIKELY, ...known]);
      return text.padEnd(shape.minLength ?? 0, 'x').slice(0, shape.maxLength ?? 400);
    }
    default:
      return depth > 3 ? null : pick<unknown>([null, 0, 'x', [], {}, { a: [1] }]);
  }
}

const shapeOf = (schema: z.ZodType): Shape => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape;
const list = routeList().filter(([name, route]) => route.kind !== 'events' && !LEFT_OUT.has(name));

it.each(list)('%s', async (name, route: Route) => {
  const [params, query, body] = [route.params, route.query, route.body].map((each) =>
    each === undefined ? null : shapeOf(each),
  );
  for (let round = 0; round < ROUNDS; round++) {
    const seed = [...name].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) | 0, round * 7919);
    const next = random(seed);
    const whole = (text: unknown): string => (typeof text === 'string' ? text.toWellFormed() : String(text));
    const words = (shape: Shape | null | undefined): Record<string, string> =>
      Object.fromEntries(
        Object.entries((shape === null || shape === undefined ? {} : made(shape, next)) as object)
          .filter(([, value]) => value !== null && value !== undefined)
          .map(([key, value]) => [key, whole(value)]),
      );
    const path = pathOf(route, { params: words(params), query: words(query) });
    const sent = body === null || body === undefined ? undefined : made(body, next);
    const { status, text, headers } = await admin.raw(route.method, path, { body: sent });
    const what = `seed ${seed}: ${route.method} ${path.slice(0, 300)} ${JSON.stringify(sent)?.slice(0, 300)}\n${status} ${text.slice(0, 300)}`;
    expect(status < 500 || status === 503, what).toBe(true);
    if (status >= 400) {
      expect(problem.safeParse(JSON.parse(text)).success, what).toBe(true);
      expect(String(headers['content-type']), what).toContain('application/problem+json');
    } else if (route.kind === undefined || route.kind === 'json') {
      expect(route.response.safeParse(JSON.parse(text)).error?.issues, what).toBeUndefined();
    } else if (route.kind === 'lines') {
      for (const line of text.split('\n').filter((each) => each !== ''))
        expect(route.response.safeParse(JSON.parse(line)).error?.issues, `${what}\n${line}`).toBeUndefined();
    }
  }
});
