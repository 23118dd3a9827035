import { describe, expect, it } from '@jest/globals';
import type { KeyEntry, ModelEntry, Snapshot } from '#libs/contracts';
import { chatDialect } from '#libs/dialects';
import type { KeyBucket, NameListener, SnapshotWatch } from '#libs/messaging';
import { PromptFacts, type PromptDifficulty } from '#libs/prompt-facts';
import type { Batch } from '../keep-batch/batch.js';
import { LineFacts } from './line-facts.js';

const batch = { organization: 'demo', project: 'default', key: 'ci' } as Batch;
const models = [
  { name: 'plain', targets: [] },
  {
    name: 'auto',
    targets: [],
    auto: { weak: 'plain', strong: 'plain', levels: { cheap: 0.8, balanced: 0.5, best: 0.2 } },
  },
] as unknown as ModelEntry[];
const keys = [
  { organization: 'other', project: 'default', name: 'ci', tier: 'free' },
  { organization: 'demo', project: 'default', name: 'ci', tier: 'gold' },
] as KeyEntry[];
const watch = {
  onChange: (listener: (snapshot: Snapshot) => void) => listener({ models, keys } as Snapshot),
} as unknown as SnapshotWatch;
const bucket = {
  onNameChange: (listener: NameListener) => listener({ ...keys[1]!, name: 'made', tier: 'silver' }),
} as unknown as KeyBucket;
const facts = new LineFacts(watch, bucket, new PromptFacts(watch, { of: () => 0.7 } as unknown as PromptDifficulty));

function of(model: string, whose: Batch = batch) {
  const body = Buffer.from(JSON.stringify({ model, messages: [{ role: 'user', content: 'What is two and two?' }] }));
  return facts.of(whose, { body, facts: chatDialect.readFacts(body), dialect: chatDialect });
}

describe('LineFacts', () => {
  it('adds the tier of the key, and how hard a prompt looks where the model chooses by it', () => {
    expect(of('auto:cheap')).toEqual({ tier: 'gold', difficulty: 0.7 });
    expect(of('plain')).toEqual({ tier: 'gold' });
    expect(of('plain', { ...batch, key: 'made' })).toEqual({ tier: 'silver' });
  });

  it('adds nothing for a key and a model that are gone', () => {
    expect(of('gone', { ...batch, key: 'old' })).toEqual({});
  });
});
