import { whoMay } from '#libs/permission';
import { z, type ZodType } from 'zod';
import type { LiveRoute } from './live-routes.js';
import { SUMMARIES } from './summaries.js';

const VERSION = '3.1.0';
const ERRORS = ['400', '401', '403', '404', '409', '412', '428', '429', '503'] as const;

/** The API as an OpenAPI 3.1 document, made of the routes of the running server and the schemas that they read by. */
export function openapiDocument(routes: readonly LiveRoute[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  const ids = new Set<string>();
  for (const route of routes) {
    const path = route.url.replaceAll(/:(\w+)/g, '{$1}').replace('*', '{path}');
    const id = operationIdOf(route, path, ids);
    ids.add(id);
    (paths[path] ??= {})[route.method.toLowerCase()] = { operationId: id, ...operationOf(route, path) };
  }
  return {
    openapi: VERSION,
    info: {
      title: 'Switchyard',
      version,
      description:
        'Calls of models in the forms of OpenAI and Anthropic, batches, records, and the administration of it all.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ key: [] }, { apiKey: [] }, { session: [] }],
    paths: Object.fromEntries(Object.entries(paths).toSorted(([left], [right]) => (left < right ? -1 : 1))),
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'A key of a project, or the admin key.' },
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-switchyard-session',
          description: 'Of people who are signed in; changes need the header X-CSRF-Token besides.',
        },
      },
      schemas: { Error: errorSchema },
      responses: {
        Error: {
          description: 'What is wrong, and what to do.',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
        },
      },
    },
  };
}

const errorSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['message', 'type', 'code'],
      properties: {
        message: { type: 'string' },
        type: { type: 'string' },
        param: { type: ['string', 'null'] },
        code: { type: ['string', 'null'] },
      },
    },
  },
};

/** A handler at several addresses has several operations, which must not be called alike. */
function operationIdOf({ handler }: LiveRoute, path: string, taken: ReadonlySet<string>): string {
  const id = handler.replace(/Controller\./, '_') + (path.startsWith('/v2/') ? '_v2' : '');
  return taken.has(id) ? `${id}${path.replaceAll(/\W+/g, '_')}` : id;
}

function operationOf(
  {
    method,
    url,
    handler,
    rule,
    description = { summary: SUMMARIES[`${method} ${url}`] ?? `${method} ${url}` },
  }: LiveRoute,
  path: string,
): object {
  const { summary, body, query, answer, status = 200, takesEtag } = description;
  const isPublic = rule !== undefined && 'isPublic' in rule;
  const content = answer ? { content: { 'application/json': { schema: schemaOf(answer, 'output') } } } : {};
  return {
    summary,
    tags: [handler.replace(/Controller\..*/, '')],
    ...(rule && !isPublic ? { description: permissionText(rule) } : {}),
    ...(isPublic ? { security: [] } : {}),
    ...(rule && 'isForPeople' in rule ? { security: [{ session: [] }] } : {}),
    parameters: [...pathParameters(path), ...queryParameters(query), ...(takesEtag ? [IF_MATCH] : [])],
    ...(body
      ? { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } } }
      : {}),
    responses: {
      [String(status)]: { description: 'Success', ...content },
      ...Object.fromEntries(ERRORS.map((code) => [code, { $ref: '#/components/responses/Error' }])),
    },
  };
}

const IF_MATCH = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description:
    'The etag that the change rests on, or * for any; 412 where it is stale, 428 where it is needed and missing.',
  schema: { type: 'string' },
};

function permissionText(rule: Parameters<typeof whoMay>[0] | { readonly isForPeople: true }): string {
  if ('isForPeople' in rule) return 'Needs a session: sign in first.';
  const { roles, scopes } = whoMay(rule);
  if (roles.length + scopes.length === 0) return 'Needs the admin key.';
  const parts = [
    ...(scopes.length > 0 ? [`a key with the scope ${scopes.join(' or ')}`] : []),
    ...(roles.length > 0 ? [`the role ${roles.join(' or ')}`] : []),
  ];
  return `Needs ${parts.join(', or ')}.`;
}

function pathParameters(path: string): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(query: ZodType | undefined): object[] {
  if (!query) return [];
  const { properties = {}, required = [] } = schemaOf(query, 'input') as {
    properties?: Record<string, object>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}

function schemaOf(schema: ZodType, io: 'input' | 'output'): object {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
