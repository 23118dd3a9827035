import type { ModelEntry, Price, TargetEntry } from '#libs/contracts';
import { priceVersionOf, type TokenPrices } from '#libs/pricing';

import type { CompiledConfiguration } from './compiled-configuration.js';
import type { ConfigurationFile, ModelFields, TargetFields } from './configuration-file.js';
import { optionsOf } from './provider-kinds.js';

const HOME_WITHOUT_ORGANIZATIONS = 'default';
const FREE = { inputPerMillion: '0', outputPerMillion: '0', cachedInputPerMillion: undefined } as const;

/** Puts a checked file into the terms of the contracts. `absolutePath` places a relative path of the file. */
export function assembleConfiguration(
  file: ConfigurationFile,
  absolutePath: (path: string) => string,
): CompiledConfiguration {
  const [first] = file.organizations;
  return {
    providers: Object.entries(file.providers).map(([name, fields]) => ({
      name,
      kind: fields.kind,
      options: withoutUndefined(optionsOf(fields, absolutePath)),
      plainCredential: 'apiKey' in fields ? fields.apiKey : undefined,
    })),
    models: file.models.map(assembleModel),
    keys: file.organizations.flatMap((organization) =>
      organization.projects.flatMap((project) =>
        project.keys.map(({ name, key }) => ({
          name,
          plainKey: key,
          organization: organization.name,
          project: project.name,
        })),
      ),
    ),
    adminHome: {
      organization: first?.name ?? HOME_WITHOUT_ORGANIZATIONS,
      project: first?.projects[0]?.name ?? HOME_WITHOUT_ORGANIZATIONS,
    },
  };
}

function assembleModel(model: ModelFields): ModelEntry {
  return {
    name: model.name,
    strategy: model.strategy,
    timeouts: {
      firstByteMilliseconds: model.timeouts.firstByteMs,
      idleMilliseconds: model.timeouts.idleMs,
      totalMilliseconds: model.timeouts.totalMs,
    },
    targets: model.targets.map((target, index) =>
      assembleTarget(target, model.strategy === 'priority' ? index + 1 : 1),
    ),
  };
}

/** A target of strategy `priority` that names none is tried in its place of the list. */
function assembleTarget(target: TargetFields, priorityByPlace: number): TargetEntry {
  return {
    provider: target.provider,
    model: target.model,
    priority: target.priority ?? priorityByPlace,
    weight: target.weight,
    price: assemblePrice(target),
  };
}

function assemblePrice({ provider, model, price = FREE }: TargetFields): Price {
  const prices: TokenPrices = {
    inputNanoUsdPerMillion: price.inputPerMillion,
    outputNanoUsdPerMillion: price.outputPerMillion,
    ...(price.cachedInputPerMillion === undefined ? {} : { cachedInputNanoUsdPerMillion: price.cachedInputPerMillion }),
  };
  return { version: priceVersionOf(prices, provider, model), ...prices };
}

function withoutUndefined(record: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
