import type { ModelEntry } from '#libs/contracts';

import { assembleOrganizations } from './assemble-organizations.js';
import { nativeBatchOf } from './batches/native-batch-of.js';
import { assembleTarget, pricesFrom, type TargetSurroundings } from './assemble-target.js';
import { assembleBudgets, assembleMarkups } from './budgets/assemble-budgets.js';
import type { CompiledConfiguration, PlainProvider } from './compiled-configuration.js';
import type { ConfigurationFile, ModelFields } from './configuration-file.js';
import { credentialsOf } from './credential-fields.js';
import { versionedPrices, type PriceOverride } from './prices/price-overrides.js';
import { pricesInForce } from './prices/prices-in-force.policy.js';
import { kindAndOptionsOf, placeOf, type ProviderFields } from './provider-kinds.js';
import { assembleRouting } from './routing-policies/assemble-routing.js';
import { assembleIssuers } from './sign-in/sign-in-fields.js';
import { assembleTrail } from './trail/trail-fields.js';

/**
 * Puts a checked file into the terms of the contracts. `absolutePath` places a relative path of the file; `date` is the day
 * whose listed prices apply, `now` the moment at which those of the file hold.
 */
export function assembleConfiguration(
  file: ConfigurationFile,
  absolutePath: (path: string) => string,
  { date, now }: { readonly date: string | undefined; readonly now: number },
): CompiledConfiguration {
  return {
    providers: Object.entries(file.providers).map(([name, fields]) => assembleProvider(name, fields, absolutePath)),
    models: file.models.map((model) => assembleModel(model, file, date)),
    priceOverrides: assemblePrices(file, now),
    ...assembleOrganizations(file),
    budgets: assembleBudgets(file),
    markups: assembleMarkups(file),
    ...(Object.keys(file.exchangeRates).length === 0 ? {} : { exchangeRates: file.exchangeRates }),
    ...(file.limits === undefined ? {} : { limits: file.limits }),
    ...(file.privacy === undefined ? {} : { privacy: file.privacy }),
    ...(file.guards === undefined ? {} : { guards: file.guards }),
    issuers: assembleIssuers(file.signIn),
    ...assembleTrail(file.trail),
    ...(file.breaker === undefined ? {} : { breaker: file.breaker }),
  };
}

function assembleProvider(name: string, fields: ProviderFields, absolutePath: (path: string) => string): PlainProvider {
  const { kind, options } = kindAndOptionsOf(fields, absolutePath);
  return {
    name,
    kind,
    options: withoutUndefined(options),
    plainCredentials: credentialsOf(fields),
    ...placeOf(fields),
  };
}

function assemblePrices({ prices }: ConfigurationFile, now: number): PriceOverride[] {
  return pricesInForce(prices, now).entries.map(({ provider, model, price }) => ({
    provider,
    model,
    ...versionedPrices({ provider, model }, pricesFrom(price), price),
  }));
}

function assembleModel(model: ModelFields, file: ConfigurationFile, date: string | undefined): ModelEntry {
  const surroundings = (provider: string): TargetSurroundings => ({
    provider: addressOf(file.providers[provider]),
    unknownPrice: file.unknownPrice,
    date,
  });
  return {
    name: model.name,
    ...assembleRouting(model),
    timeouts: timeoutsOf(model.timeouts),
    ...(model.timeouts.keepAliveMs === undefined ? {} : { keepAliveMilliseconds: model.timeouts.keepAliveMs }),
    ...(model.unknownFields === undefined ? {} : { unknownFields: model.unknownFields }),
    ...(model.guards === undefined ? {} : { guards: model.guards }),
    ...(model.unsupported === undefined ? {} : { unsupported: model.unsupported }),
    // A target that names no priority is tried in its place of the list, unless its model draws by weight.
    targets: (model.targets ?? []).map((target, index) => {
      const place = model.strategy.kind === 'weighted' ? 1 : index + 1;
      const entry = assembleTarget(target, place, surroundings(target.provider));
      const nativeBatch = nativeBatchOf(target, model);
      return nativeBatch ? { ...entry, nativeBatch } : entry;
    }),
  };
}

function timeoutsOf({ firstByteMs, plainMs, idleMs, totalMs }: ModelFields['timeouts']): ModelEntry['timeouts'] {
  return {
    firstByteMilliseconds: firstByteMs,
    ...(plainMs === firstByteMs ? {} : { plainMilliseconds: plainMs }),
    idleMilliseconds: idleMs,
    totalMilliseconds: totalMs,
  };
}

function addressOf(fields: ProviderFields | undefined): TargetSurroundings['provider'] {
  const baseUrl = fields && 'baseUrl' in fields ? fields.baseUrl : undefined;
  const profilePrefix = fields && 'profilePrefix' in fields ? fields.profilePrefix : undefined;
  return { kind: fields?.kind ?? '', baseUrl, profilePrefix };
}

function withoutUndefined(record: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
