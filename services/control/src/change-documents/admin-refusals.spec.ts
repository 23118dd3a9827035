import { describe, expect, it } from '@jest/globals';
import { adminRefusal } from './admin-refusals.js';

describe('a refused document', () => {
  it('is told in one sentence, also where that ends with a question', () => {
    expect(adminRefusal.invalid('providers.a.kind: did you mean "sim"?.', 'kind').reply).toMatchObject({
      code: 'invalid_document',
      message: 'providers.a.kind: did you mean "sim"?',
      param: 'kind',
    });
    expect(adminRefusal.invalid('It is revoked.').message).toBe('It is revoked.');
    expect(adminRefusal.invalid('limitUsd: it must be "0.40"..').message).toBe('limitUsd: it must be "0.40".');
    expect(adminRefusal.exists('organization', 'acme').message).toMatch(/^There is an organization 'acme' already;/);
    expect(adminRefusal.exists('key', 'ci').message).toMatch(/^There is a key 'ci' already;/);
  });
});
