import { describe, expect, it } from '@jest/globals';
import type { Caller, ModelEntry, Snapshot } from '#libs/contracts';
import type { SnapshotWatch } from '#libs/messaging';
import type { KeyRing } from '../authenticate/key-ring.js';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { ModelsController } from './models.controller.js';

const model = (name: string, routing?: ModelEntry['routing']) =>
  ({ name, targets: [], routing }) as unknown as ModelEntry;
const models = [
  model('open'),
  model('of-others', { access: { organizations: ['acme'] } }),
  model('of-partners', { access: { tiers: ['partner'] } }),
];
const current = { createdAt: 1_000, models } as unknown as Snapshot;
const controller = new ModelsController(
  { current } as SnapshotWatch,
  {
    allowanceOf: ({ key }: Caller) => (key === 'bound' ? { models: ['of-others'] } : undefined),
  } as unknown as KeyRing,
);
const caller: Caller = { organization: 'demo', project: 'default', key: 'ci', admin: false };
const request = (over: Partial<Caller> = {}) => ({ caller: { ...caller, ...over } }) as AuthenticatedRequest;

describe('the list of models', () => {
  it.each<[string, Partial<Caller>, string[]]>([
    ['a key that is bound to models', { organization: 'acme', key: 'bound' }, ['of-others']],
    ['a caller', {}, ['open']],
    ['another organization', { organization: 'acme' }, ['open', 'of-others']],
    ['another tier', { tier: 'partner' }, ['open', 'of-partners']],
    ['the admin key', { admin: true }, ['open', 'of-others', 'of-partners']],
  ])('has for %s the models that may be used with the key', (_who, over, expected) => {
    expect(controller.list(request(over), undefined, {}).data.map(({ id }) => id)).toEqual(expected);
    expect(controller.list(request(over), '2023-06-01', {}).data.map(({ id }) => id)).toEqual(expected);
  });

  it('knows no model that is kept for others', () => {
    expect(controller.retrieve(request(), 'open', undefined)).toMatchObject({ id: 'open' });
    expect(() => controller.retrieve(request(), 'of-others', undefined)).toThrow(/does not exist here/);
  });
});
