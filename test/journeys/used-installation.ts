import { expect } from '@jest/globals';
import { eventually } from '#libs/testing';
import { escapeIdentifier } from 'pg';
import { call } from './http-call.js';
import { OUR_KEY, THEIR_KEY } from './journey-configuration.js';
import type { StackForTests } from './stack-for-tests.js';

type Installation = Pick<StackForTests, 'url' | 'adminKey' | 'query'>;

const SECRET = `sk-provider-${'5f4dcc3b5aa765d61d8327deb882cf99'.slice(0, 24)}`;
const PRICE = {
  provider: 'kept',
  model: 'x',
  effectiveFrom: '2099-01-01T00:00:00Z',
  price: { inputPerMillion: '1', outputPerMillion: '1' },
};

/** Does some of everything that leaves rows, for two organizations; gives what was given out in plain by it, once. */
export async function useEverything(stack: Installation): Promise<string[]> {
  const secrets = [OUR_KEY, THEIR_KEY, SECRET];
  const chat = { model: 'small', messages: [{ role: 'user', content: 'hi' }] };
  for (const [organization, key] of [
    ['demo', OUR_KEY],
    ['acme', THEIR_KEY],
  ] as const) {
    const { id } = await send(stack, key, '/v1/chat/completions', chat).then(() =>
      send(stack, key, '/v1/responses', { model: 'small', input: 'hi' }),
    );
    expect(id).toMatch(/^resp_/);
    await send(stack, key, '/v1/chat/completions', chat, { prefer: 'respond-async', 'idempotency-key': 'once' });
    await send(stack, key, '/v1/messages/batches', {
      requests: [{ custom_id: 'a', params: { model: 'small', max_tokens: 5, messages: chat.messages } }],
    });
    const endpoint = await send(stack, key, '/v1/webhooks/endpoints', {
      url: 'https://hooks.example/x',
      event_types: ['*'],
    });
    secrets.push(String(endpoint['secret']));
    const issued = await send(stack, stack.adminKey, `/admin/v1/organizations/${organization}/keys`, {
      project: 'default',
      name: 'made',
    });
    secrets.push(String(issued['key']));
    await send(stack, stack.adminKey, `/admin/v1/organizations/${organization}/members`, {
      email: `a@${organization}.example`,
      role: 'viewer',
    });
  }
  await send(stack, stack.adminKey, '/admin/v1/organizations', { name: 'newco' });
  await send(stack, stack.adminKey, '/admin/v1/providers', {
    name: 'kept',
    kind: 'openai',
    baseUrl: 'https://api.provider.example/v1',
    apiKey: SECRET,
  });
  secrets.push(stack.adminKey);
  await eventually(
    async () => {
      const tables = await tenantTables(stack);
      const filled = await Promise.all(
        tables.map(async ({ name }) => (await stack.query(`SELECT 1 FROM ${name} LIMIT 1`)).length),
      );
      expect(filled.filter(Boolean).length).toBeGreaterThan(16);
    },
    { withinMilliseconds: 30_000 },
  );
  return secrets;
}

/** The tables whose rows belong to tenants. */
export async function tenantTables(stack: Installation): Promise<{ name: string; hasOrganization: boolean }[]> {
  const rows = await stack.query<{ schema: string; name: string; columns: string[] }>(
    `SELECT schemaname AS schema, tablename AS name, (SELECT array_agg(column_name::text) FROM information_schema.columns
       WHERE table_schema = schemaname AND table_name = tablename) AS columns
     FROM pg_policies WHERE policyname = 'tenants' ORDER BY 1, 2`,
  );
  return rows.map(({ schema, name, columns }) => ({
    name: `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`,
    hasOrganization: columns.includes('organization'),
  }));
}

/** One of every kind that is changed by an etag, by the parameter that stands for it in addresses. */
export async function oneOfEach(stack: Installation): Promise<Record<string, string>> {
  const make = (path: string, body: object) => send(stack, stack.adminKey, `/admin/v1${path}`, body);
  const inNewco = (kind: string, body: object) => make(`/organizations/newco/${kind}`, body);
  await inNewco('projects', { name: 'web' });
  const member = await inNewco('members', { email: 'b@newco.example', role: 'viewer' });
  await inNewco('service-accounts', { name: 'robot', role: 'viewer' });
  const { id } = await inNewco('keys', { project: 'web', name: 'changed' });
  await make('/plans', { name: 'changed' });
  await make('/models', { name: 'changed', targets: [{ provider: 'kept', model: 'x', price: PRICE.price }] });
  const { status, text } = await call(`${stack.url}/admin/v1/prices/changed`, {
    method: 'PUT',
    key: stack.adminKey,
    body: PRICE,
  });
  expect([status, text]).toEqual([200, text]);
  return {
    organization: 'newco',
    project: 'web',
    member: String(member['id']),
    account: 'robot',
    id: String(id),
    plan: 'changed',
    model: 'changed',
    provider: 'kept',
    price: 'changed',
  };
}

/** A body that the route takes and that would change nothing that anybody needs. */
export function bodyOfChange(path: string): object {
  if (path.endsWith('/budgets')) return { budgets: null };
  if (path.endsWith('/limits')) return { limits: null };
  if (path.endsWith('/{price}')) return PRICE;
  if (path.endsWith('/trial')) return { share: 0 };
  if (path.endsWith('/{member}')) return { role: 'viewer' };
  return path.endsWith('/rollback') ? { revision: 1 } : {};
}

async function send(
  { url }: Installation,
  key: string,
  path: string,
  body: object,
  headers: Record<string, string> = {},
) {
  const answer = await call(url + path, { method: 'POST', key, body, headers });
  expect([path, answer.status < 300, answer.text]).toEqual([path, true, answer.text]);
  return JSON.parse(answer.text) as Record<string, unknown>;
}
