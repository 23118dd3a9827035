import { hasBatchApi, type NativeBatchPolicy, type ProviderEntry, type TargetEntry } from '#libs/contracts';

import type { ConfigurationFile, ModelFields, TargetFields } from '../configuration-file.js';
import type { FieldProblem } from '../configuration-problem.js';

const MINUTE = 60_000;

/** What is looked at of a configuration that has been assembled from the file. */
export interface AssembledBatches {
  readonly providers: readonly Pick<ProviderEntry, 'name' | 'kind' | 'options' | 'dataPolicy'>[];
  readonly models: readonly { readonly targets: readonly TargetEntry[] }[];
}

/** The policy that the file has for a target: its own, else that of its model; undefined where lines must not go there. */
export function nativeBatchOf(
  { batch }: TargetFields,
  model: Pick<ModelFields, 'batch'>,
): NativeBatchPolicy | undefined {
  const fields = batch ?? model.batch;
  if (fields?.native !== 'allow') return undefined;
  return {
    minLines: fields.minLines,
    leastMilliseconds: Math.round(fields.minHours * 60 * MINUTE),
    marginMilliseconds: Math.round(fields.marginMinutes * MINUTE),
  };
}

/** Why lines cannot go to the batch API of a target's provider; undefined where they can. */
function reasonAgainstBatches(
  target: Pick<TargetEntry, 'provider' | 'batchPrice' | 'dataPolicy'>,
  { providers }: Pick<AssembledBatches, 'providers'>,
): string | undefined {
  const provider = providers.find(({ name }) => name === target.provider);
  if (!provider || !hasBatchApi(provider.kind, provider.options))
    return `the provider "${target.provider}" has no batch API that is known; remove batch, or set native: never`;
  if (!target.batchPrice)
    return 'has no price for batches; add batchDiscount: "0.5" to its price (the share that the provider takes off)';
  if ((target.dataPolicy?.retention ?? provider.dataPolicy?.retention) === false)
    return 'is said to keep nothing, but a batch API keeps requests and answers until they are fetched; set native: never';
  return undefined;
}

/** Batches that are allowed where they cannot be: at a target that says so itself, or at all targets of a model that does. */
export function checkNativeBatches(file: ConfigurationFile, assembled: AssembledBatches): FieldProblem[] {
  return file.models.flatMap((model, index) => {
    const path = ['models', index];
    const targets = model.targets ?? [];
    const reasons = targets.map((_, place) => {
      const entry = assembled.models[index]?.targets[place];
      return entry && reasonAgainstBatches(entry, assembled);
    });
    const own = targets.flatMap(({ batch }, place) => {
      const reason = batch?.native === 'allow' ? reasons[place] : undefined;
      return reason === undefined ? [] : [{ path: [...path, 'targets', place, 'batch', 'native'], reason }];
    });
    const [first] = reasons;
    if (model.batch?.native !== 'allow' || reasons.some((reason) => reason === undefined)) return own;
    const reason =
      first === undefined ? 'has no targets whose lines could go to a batch API' : `no target can: ${first}`;
    return [...own, { path: [...path, 'batch', 'native'], reason }];
  });
}

/** What a model allows for all of its targets holds for those of them that can. */
export function withPossibleBatches<Configuration extends AssembledBatches>(
  configuration: Configuration,
): Configuration {
  const models = configuration.models.map((model) => ({
    ...model,
    targets: model.targets.map((target) => {
      if (!target.nativeBatch || reasonAgainstBatches(target, configuration) === undefined) return target;
      const { nativeBatch: _impossible, ...rest } = target;
      return rest;
    }),
  }));
  return { ...configuration, models };
}
