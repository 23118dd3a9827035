import { describe, expect, it } from '@jest/globals';
import { dialectNamed } from '#libs/dialects';
import type { ProviderCall } from '../provider.js';
import { endpointOf, requestOf } from './request.js';

const body = Buffer.from(JSON.stringify({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] }));

function headersOf(configured: Record<string, string>, passedHeaders?: Record<string, string>): Record<string, string> {
  const facts = { ...dialectNamed('anthropic-messages').readFacts(body), requestId: 'req_1', passedHeaders };
  const call = { facts, target: { model: 'claude' }, body } as unknown as ProviderCall;
  return requestOf(call, endpointOf({ baseUrl: 'https://api.anthropic.com', headers: configured }, 'sk-1')).headers;
}

describe('the headers of a request to Anthropic', () => {
  it('are ours where the caller named none', () => {
    expect(headersOf({})).toMatchObject({ 'anthropic-version': '2023-06-01', 'x-api-key': 'sk-1' });
    expect(headersOf({})).not.toHaveProperty('anthropic-beta');
  });

  it('have the version of the caller, and its trials beside those of the configuration', () => {
    const passed = { 'anthropic-version': '2024-01-01', 'anthropic-beta': 'a-1,b-2' };
    expect(headersOf({}, passed)).toMatchObject(passed);
    expect(headersOf({ 'Anthropic-Beta': 'c-3' }, passed)).toMatchObject({ 'anthropic-beta': 'c-3,a-1,b-2' });
    expect(headersOf({ 'anthropic-beta': 'c-3' })).toMatchObject({ 'anthropic-beta': 'c-3' });
  });
});
