import { describe, expect, it } from '@jest/globals';
import type { Facts, RouteExplainReply, Snapshot } from '#libs/contracts';
import type { Messaging, SnapshotWatch } from '#libs/messaging';
import type { Settings } from '#libs/runtime';
import { RequestFacts } from '../accept-request/request-facts.js';
import { PromptFacts, type PromptDifficulty } from '#libs/prompt-facts';
import type { KeyRing } from '../authenticate/key-ring.js';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { ExplainRouteHandler } from './explain-route.handler.js';

const timeouts = { firstByteMilliseconds: 1, idleMilliseconds: 2, totalMilliseconds: 3 };
const price = { version: 'v', currency: 'USD' } as never;
const snapshot = {
  revision: 4,
  models: [{ name: 'small', strategy: 'priority', timeouts, targets: [] }],
} as unknown as Snapshot;
const watch = { onChange: (listener: (now: Snapshot) => void) => listener(snapshot) } as unknown as SnapshotWatch;
const caller = { organization: 'demo', project: 'default', key: 'ci', admin: false };
const chat = { model: 'small', messages: [{ role: 'user', content: 'secret' }], models: ['big'] };

const keyPolicy = { privacy: { regions: ['eu'] } };

function explain(body: unknown, headers: Record<string, string> = {}) {
  const asked: Facts[] = [];
  const reply: RouteExplainReply = {
    decision: {
      snapshotRevision: 4,
      strategy: 'priority',
      rule: 'night',
      candidates: [
        { provider: 'a', model: 'x', outcome: 'planned', rank: 0, reason: 'first', score: 1 },
        { provider: 'b', model: 'y', outcome: 'dropped', reason: 'no', filter: 'region', servesModel: 'big' },
        { provider: 'c', model: 'z', outcome: 'dropped', reason: 'no', filter: 'access' },
      ],
    },
    targets: [{ provider: 'a', model: 'x', price, timeouts, onlyAfter: 'content_filter' }],
    execution: { onCut: 'rescue', deadline: 0 },
  };
  const messaging = {
    ask: async (_subject: string, { facts }: { facts: Facts }) => {
      asked.push(facts);
      return reply;
    },
  } as unknown as Messaging;
  const request = { id: 'req_0123456789', caller, headers, body: Buffer.from(JSON.stringify(body)) };
  const facts = new RequestFacts(
    watch,
    { instance: 'one' } as Settings,
    new PromptFacts(watch, { of: () => 0.5 } as unknown as PromptDifficulty),
    { allowanceOf: () => undefined, policyOf: () => keyPolicy } as unknown as KeyRing,
  );
  const answer = new ExplainRouteHandler(facts, messaging).handle(request as unknown as AuthenticatedRequest);
  return { answer, asked };
}

describe('ExplainRouteHandler', () => {
  it('tells the decision, the plan and the facts, without the prompt', async () => {
    const answer = await explain(chat, { 'x-switchyard-tags': 'a' }).answer;
    expect(answer).toMatchObject({
      object: 'route.explanation',
      model: 'small',
      configuration_revision: 4,
      rule: 'night',
      candidates: [
        { provider: 'a', rank: 0, score: 1 },
        { filter: 'region', serves_model: 'big' },
      ],
      plan: [{ provider: 'a', only_after: 'content_filter', timeouts: { first_byte_ms: 1 } }],
      execution: { on_cut: 'rescue', deadline: '1970-01-01T00:00:00.000Z' },
      refusal: null,
      facts: { tags: ['a'], wishes: { models: ['big'] }, estimated_prompt_tokens: expect.any(Number) },
    });
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(answer.candidates).toHaveLength(2);
  });

  it('reads a request as its own address does', async () => {
    const { answer, asked } = explain({ path: '/v1/messages', body: { ...chat, max_tokens: 5 } });
    await answer;
    expect(asked[0]).toMatchObject({
      dialect: 'anthropic-messages',
      maxCompletionTokens: 5,
      wishes: { models: ['big'] },
    });
  });

  it('sends along what the edge knows already and others may not have heard of yet: the revision, the policy of the key', async () => {
    const { answer, asked } = explain(chat);
    await answer;
    expect(asked[0]).toMatchObject({ revision: snapshot.revision, keyPolicy });
  });

  it.each([
    [{ ...chat, model: 'none' }, 'model_not_found', 'model'],
    [{ model: 'small' }, 'missing_required_parameter', 'messages'],
    [{ path: '/v1/files', body: chat }, 'invalid_parameter', 'path'],
    [{ path: 7, body: chat }, 'invalid_parameter', 'path'],
    [{ body: null }, 'invalid_json', null],
    [[], 'invalid_json', null],
  ])('refuses %j as its own address would', async (body, code, param) => {
    await expect(explain(body).answer).rejects.toMatchObject({ code, param });
  });
});
