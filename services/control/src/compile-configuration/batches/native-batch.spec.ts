import { describe, expect, it } from '@jest/globals';
import type { TargetEntry } from '#libs/contracts';

import { compileConfiguration } from '../compile-configuration.js';

const PRICE = 'price: { inputPerMillion: "1", outputPerMillion: "2", batchDiscount: "0.5" }';

/** The targets of the one model, or what is wrong with the file and where. */
function compiled(target: string, modelFields = ''): readonly TargetEntry[] | string {
  const text = [
    'version: 1',
    'providers:',
    '  vendor: { kind: openai, baseUrl: "https://api.openai.com/v1", apiKey: "sk-upstream" }',
    '  own: { kind: openai, baseUrl: "http://127.0.0.1:9001/v1" }',
    '  told: { kind: openai, baseUrl: "http://127.0.0.1:9001/v1", batches: true }',
    '  dated: { kind: azure, resource: house, apiVersion: "2024-10-21", apiKey: "azure-key-1" }',
    '  claude: { kind: anthropic, apiKey: "sk-ant-1", dataPolicy: { retention: false } }',
    '  toy: { kind: sim, batchSeconds: 2 }',
    '  plain: { kind: bedrock, region: eu-central-1, apiKey: "AKIAEXAMPLEEXAMPLE00:s" }',
    '  aws:',
    '    kind: bedrock',
    '    region: eu-central-1',
    '    apiKey: "AKIAEXAMPLEEXAMPLE00:s"',
    '    batches: { bucket: our-batches, roleArn: "arn:aws:iam::123456789012:role/bedrock-batches" }',
    'models:',
    `  - { name: m, ${modelFields} targets: [ ${target} ] }`,
  ].join('\n');
  const result = compileConfiguration({
    text,
    path: 'switchyard.yaml',
    folder: '/',
    environment: {},
    readFile: () => '',
    isFile: () => true,
    date: '2026-11-22',
  });
  if (result.isValid) return result.configuration.models[0]?.targets ?? [];
  return result.problems.map(({ path, reason }) => `${path}: ${reason}`).join('\n');
}

const policyOf = (targets: readonly TargetEntry[] | string) =>
  typeof targets === 'string' ? targets : targets.map(({ nativeBatch }) => nativeBatch);

describe('batch', () => {
  it('lets lines go nowhere but online where nothing is said', () => {
    expect(policyOf(compiled('{ provider: vendor, model: gpt-4.1-mini }'))).toEqual([undefined]);
  });

  it('lets lines go to the batch API of a target', () => {
    const batch = 'batch: { native: allow, minLines: 5, minHours: 1.5, marginMinutes: 30 }';
    expect(policyOf(compiled(`{ provider: vendor, model: gpt-4.1-mini, ${batch} }`))).toEqual([
      { minLines: 5, leastMilliseconds: 5_400_000, marginMilliseconds: 1_800_000 },
    ]);
  });

  it.each(['told', 'toy', 'aws'])('is possible at %s', (provider) => {
    const [policy] = policyOf(compiled(`{ provider: ${provider}, model: m, ${PRICE}, batch: { native: allow } }`));
    expect(policy).toEqual({ minLines: 100, leastMilliseconds: 21_600_000, marginMilliseconds: 7_200_000 });
  });

  it.each([
    [`{ provider: own, model: m, ${PRICE}, batch: { native: allow } }`, 'has no batch API'],
    [`{ provider: plain, model: m, ${PRICE}, batch: { native: allow } }`, 'has no batch API'],
    [`{ provider: dated, model: m, ${PRICE}, batch: { native: allow } }`, 'has no batch API'],
    [`{ provider: claude, model: m, ${PRICE}, batch: { native: allow } }`, 'is said to keep nothing'],
    [
      '{ provider: told, model: m, price: { inputPerMillion: "1", outputPerMillion: "2" }, batch: { native: allow } }',
      'batchDiscount',
    ],
  ])('is refused where it is impossible: %s', (target, reason) => {
    const problem = compiled(target);
    expect(problem).toContain('models[0].targets[0].batch.native: ');
    expect(problem).toContain(reason);
  });

  it('holds for those targets of a model that can, and yields to what a target says itself', () => {
    const targets = [
      '{ provider: vendor, model: gpt-4.1-mini }',
      '{ provider: own, model: m, price: { inputPerMillion: "1", outputPerMillion: "2" } }',
      `{ provider: told, model: m, ${PRICE}, batch: { native: never } }`,
    ].join(', ');
    const policies = policyOf(compiled(targets, 'batch: { native: allow },'));
    expect(policies).toEqual([expect.objectContaining({ minLines: 100 }), undefined, undefined]);
  });

  it('is refused for a model none of whose targets can', () => {
    const problem = compiled(`{ provider: own, model: m, ${PRICE} }`, 'batch: { native: allow },');
    expect(problem).toContain('models[0].batch.native: no target can: the provider "own" has no batch API');
  });
});
