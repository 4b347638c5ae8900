/** The interfaces in OpenAPI 3.1, made of the very routes that are served. */
import { z } from 'zod';
import { accessOf, type Access } from '../http/access.ts';
import { forAnyone, methodOf, pathOf, type Endpoint } from '../http/endpoint.ts';
import { SESSION_COOKIE } from '../http/session-cookie.ts';
import { problemSchema } from './schemas.ts';

export function openApiRoute(endpoints: () => Endpoint[]): Endpoint {
  // Anybody may ask, and making it takes many milliseconds: it is made once.
  let text: string | undefined;
  return forAnyone({
    name: 'GET /api/openapi.json',
    summary: 'This description.',
    answers: { schema: z.record(z.string(), z.unknown()) },
    handle: () =>
      Promise.resolve({
        ok: true,
        value: {
          stream: (response) => {
            response.type('application/json').send((text ??= JSON.stringify(describe(endpoints()))));
            return Promise.resolve();
          },
        },
      }),
  });
}

export function describe(endpoints: Endpoint[]): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const endpoint of endpoints) {
    const path = pathOf(endpoint).replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [methodOf(endpoint).toLowerCase()]: operation(endpoint) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Three-tier acceptance hub', version: '0.1.0' },
    paths,
    components: {
      securitySchemes: {
        person: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE },
        device: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      },
      schemas: { Problem: shape(problemSchema) },
    },
  };
}

function operation(endpoint: Endpoint): Record<string, unknown> {
  const { name, summary, body, bodyType, answers } = endpoint;
  const access = accessOf(name);
  const status = String(answers?.status ?? 200);
  const mediaType = answers?.mediaType ?? 'application/json';
  const isEmpty = status === '204' || answers === undefined;
  const requestType = bodyType === 'text' ? 'text/plain' : 'application/json';
  return {
    operationId: name.replaceAll(/[^A-Za-z]+/g, '-').toLowerCase(),
    summary,
    security: securityOf(access),
    ...(Array.isArray(access) && { 'x-roles': access }),
    parameters: [...pathParameters(endpoint), ...queryParameters(endpoint)],
    ...(body !== undefined && {
      requestBody: { required: true, content: { [requestType]: { schema: shape(body) } } },
    }),
    responses: {
      [status]: {
        description: 'Done',
        ...(!isEmpty && { content: { [mediaType]: { schema: shape(answers.schema) } } }),
      },
      default: {
        description: 'Refused',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function securityOf(access: Access | undefined): Record<string, string[]>[] {
  if (access === undefined || access === 'public') return [];
  return access === 'device' || access === 'relay' ? [{ device: [] }] : [{ person: [] }];
}

function pathParameters(endpoint: Endpoint): unknown[] {
  return [...pathOf(endpoint).matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters({ query }: Endpoint): unknown[] {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = shape(query) as {
    properties?: Record<string, unknown>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}

function shape(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
}
