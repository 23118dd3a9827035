import { importPlace, type ImportedPlace } from './import-provider.js';
import { perMillion } from './per-million.policy.js';
import type { Section } from './section.js';

const MILLISECONDS = 1_000;

/** A deployment of LiteLLM's as a target, and what of it belongs to the model here. */
export interface ImportedTarget {
  readonly place: ImportedPlace;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly weight: number | undefined;
  readonly order: number | undefined;
  readonly requestsPerMinute: number | undefined;
  readonly totalMs: number | undefined;
  readonly firstByteMs: number | undefined;
}

/** Reads an entry of `model_list`; undefined, with a warning, where nothing like it can be called here. */
export function importTarget(entry: Section): ImportedTarget | undefined {
  const params = entry.section('litellm_params');
  const info = entry.section('model_info');
  const place = importPlace(params);
  const quotas = withoutAbsent({
    requestsPerMinute: params.count('rpm'),
    tokensPerMinute: params.count('tpm'),
    concurrency: params.count('max_parallel_requests'),
  });
  const tags = params.texts('tags');
  const price = priceOf(params, info);
  const fields = withoutAbsent({
    region: params.text('region_name'),
    tags: tags && tags.length > 0 ? tags : undefined,
    contextWindow: info.count('max_input_tokens'),
    maxOutputTokens: info.count('max_output_tokens') ?? info.count('max_tokens'),
    price,
    quotas: Object.keys(quotas).length > 0 ? quotas : undefined,
  });
  const target = {
    place,
    fields,
    weight: params.number('weight'),
    order: params.number('order'),
    requestsPerMinute: quotas['requestsPerMinute'] as number | undefined,
    totalMs: waitOf(params, 'timeout'),
    firstByteMs: waitOf(params, 'stream_timeout'),
  };
  info.take('max_tokens');
  if (place && !price) for (const section of [info, params]) warnOfBaseModel(section, place.model);
  if (params.take('max_retries') !== undefined)
    params.warn('max_retries', 'is of one deployment; retries are of a model here (failures)');
  params.finish();
  info.finish();
  entry.finish();
  return place && { ...target, place };
}

/** A price needs both amounts. LiteLLM reads it from either of the two sections. */
function priceOf(params: Section, info: Section): Record<string, string> | undefined {
  const amount = (name: string): string | undefined => {
    const [fromParams, fromInfo] = [params.take(name), info.take(name)];
    const [section, value] = fromParams === undefined ? [info, fromInfo] : [params, fromParams];
    if (value === undefined) return undefined;
    const text = typeof value === 'number' || typeof value === 'string' ? perMillion(value) : undefined;
    if (text === undefined) section.warn(name, 'is no price that can be kept exactly');
    return text;
  };
  const price = withoutAbsent({
    inputPerMillion: amount('input_cost_per_token'),
    outputPerMillion: amount('output_cost_per_token'),
    cachedInputPerMillion: amount('cache_read_input_token_cost'),
    cacheWriteInputPerMillion: amount('cache_creation_input_token_cost'),
  });
  if (Object.keys(price).length === 0) return undefined;
  if ('inputPerMillion' in price && 'outputPerMillion' in price) return price as Record<string, string>;
  info.warn(
    'input_cost_per_token',
    'stands without output_cost_per_token, or the other way round; the price is not carried',
  );
  return undefined;
}

/** By it LiteLLM knows what a deployment costs whose name says nothing; here the price goes by the target's name alone. */
function warnOfBaseModel(section: Section, target: string): void {
  const model = section.text('base_model');
  if (model === undefined) return;
  const price = 'price: { inputPerMillion: "…", outputPerMillion: "…" }';
  section.warn(
    'base_model',
    `"${model}" is not carried, and no costs are given; unless "${target}" is a name whose price is known, add ${price} to the target "${target}", as of ${model}`,
  );
}

/** Seconds as milliseconds. */
export function waitOf(section: Section, name: string): number | undefined {
  const seconds = section.number(name);
  if (seconds === undefined) return undefined;
  const milliseconds = Math.round(seconds * MILLISECONDS);
  if (milliseconds >= 1 && milliseconds <= 3_600_000) return milliseconds;
  return section.warn(name, `${seconds} seconds are not between a millisecond and an hour; not carried`);
}

export function withoutAbsent(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
