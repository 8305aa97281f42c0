/** The contract as OpenAPI 3.1, and as a page for people. Made from the one table, so neither can go stale. */
import { z } from 'zod';
import type { Route } from './contract/shapes.ts';
import { problem } from './contract/shapes.ts';
import { API_BASE, CSRF_HEADER, routeList } from './contract.ts';

type Json = Readonly<Record<string, unknown>>;

let text: string | null = null;

/** The document as JSON text. */
export function openApiText(): string {
  text ??= `${JSON.stringify(openApi(), null, 1)}\n`;
  return text;
}

/** The document. */
export function openApi(): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const [name, route] of routeList()) {
    const entry = paths[API_BASE + route.path] ?? {};
    entry[route.method.toLowerCase()] = operationOf(name, route);
    paths[API_BASE + route.path] = entry;
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Bekçi', version: '1', description: 'The API of the watch room.', license: { name: 'Apache-2.0' } },
    paths,
    components: {
      schemas: { Problem: schemaOf(problem, 'output') },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'bekci_session' },
        token: { type: 'http', scheme: 'bearer' },
      },
    },
  };
}

function operationOf(name: string, route: Route): Json {
  const writes = route.method !== 'GET';
  return {
    operationId: name,
    summary: route.summary,
    tags: [route.tag],
    'x-role': route.role,
    security: route.role === 'public' ? [] : [{ session: [] }, { token: [] }],
    parameters: [
      ...parametersOf(route.params, 'path'),
      ...parametersOf(route.query, 'query'),
      ...(writes && route.role !== 'public'
        ? [headerOf(CSRF_HEADER, 'Needed with a session cookie.'), headerOf('idempotency-key', 'Done once in a day.')]
        : []),
    ],
    ...(route.body === undefined
      ? {}
      : {
          requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body, 'input') } } },
        }),
    responses: {
      [route.status ?? 200]: {
        description: 'Done.',
        content: { [typeOf(route)]: { schema: schemaOf(route.response, 'output') } },
      },
      default: {
        description: 'A fault.',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function typeOf(route: Route): string {
  if (route.kind === 'events') return 'text/event-stream';
  if (route.kind === 'lines') return 'application/x-ndjson';
  return route.kind === 'file' ? 'text/csv' : 'application/json';
}

function headerOf(name: string, description: string): Json {
  return { name, in: 'header', required: false, description, schema: { type: 'string' } };
}

function parametersOf(object: z.ZodObject | undefined, place: 'path' | 'query'): Json[] {
  if (object === undefined) return [];
  const schema = schemaOf(object, 'input') as { properties: Record<string, Json>; required?: string[] };
  return Object.entries(schema.properties).map(([name, each]) => ({
    name,
    in: place,
    required: place === 'path' || schema.required?.includes(name) === true,
    schema: each,
  }));
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

/** The routes as a Markdown table. */
export function routesTable(): string {
  const rows = routeList().map(([, r]) => `| ${r.method} | \`${API_BASE}${r.path}\` | ${r.role} | ${r.summary} |`);
  return `| Method | Path | Role | What it does |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

/** The routes as a page without script. */
export function openApiPage(): string {
  const rows = routeList().map(
    ([name, r]) =>
      `<tr><td>${r.method}<td><code>${escapeHtml(API_BASE + r.path)}</code><td>${r.role}<td>${escapeHtml(r.summary)}<td>${name}`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Bekçi API</title><h1>Bekçi API</h1>
<p>Machine-readable, with every parameter and shape: <a href="openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
<table><thead><tr><th>Method<th>Path<th>Role<th>What it does<th>Name</thead><tbody>
${rows.join('\n')}
</tbody></table></html>
`;
}

function escapeHtml(raw: string): string {
  return raw.replace(/[&<>"]/g, (ch) => `&#${ch.charCodeAt(0)};`);
}
