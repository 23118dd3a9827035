import { Section } from './section.js';
import { waitOf, withoutAbsent } from './import-target.js';

const STRATEGIES: Readonly<Record<string, string>> = {
  'simple-shuffle': 'weighted',
  'least-busy': 'least-busy',
  'latency-based-routing': 'lowest-latency',
  'usage-based-routing': 'usage',
  'usage-based-routing-v2': 'usage',
  'cost-based-routing': 'lowest-cost',
};

/** Classes of failures that LiteLLM tries again, and those that each field of `retry_policy` speaks of. */
const RETRIED = ['rate_limit', 'overloaded', 'server_error', 'connection', 'first_byte_timeout', 'idle_timeout'];
const RETRY_FIELDS: Readonly<Record<string, readonly string[]>> = {
  RateLimitErrorRetries: ['rate_limit'],
  TimeoutErrorRetries: ['first_byte_timeout', 'idle_timeout'],
  InternalServerErrorRetries: ['server_error', 'overloaded'],
  AuthenticationErrorRetries: ['authentication'],
  BadRequestErrorRetries: ['invalid_request'],
  ContentPolicyViolationErrorRetries: ['content_filter'],
};
const MOST_RETRIES = 20;
/** LiteLLM keeps answers in memory so long where nothing else is said. */
const DEFAULT_CACHE_SECONDS = 60;

/** Models to fall back to, by the model they stand behind. */
export type FallbackLists = ReadonlyMap<string, readonly string[]>;

/** What the settings say of every model here. */
export interface ImportedSettings {
  readonly strategy: string;
  readonly aliases: ReadonlyMap<string, string>;
  readonly fallbacks: FallbackLists;
  readonly contextTooLong: FallbackLists;
  readonly contentFilter: FallbackLists;
  readonly defaultFallbacks: readonly string[];
  readonly totalMs: number | undefined;
  /** Fields of each model, as they stand in switchyard.yaml. */
  readonly ofModels: Readonly<Record<string, unknown>>;
  readonly breaker: Readonly<Record<string, unknown>> | undefined;
}

/** Reads `litellm_settings` and `router_settings`, which share some of their fields. */
export function importSettings(general: Section, router: Section): ImportedSettings {
  const settings: ImportedSettings = {
    strategy: strategyOf(router),
    aliases: aliasesOf(router),
    fallbacks: listsOf([general, router], 'fallbacks'),
    contextTooLong: listsOf([general, router], 'context_window_fallbacks'),
    contentFilter: listsOf([general, router], 'content_policy_fallbacks'),
    defaultFallbacks: [...(general.texts('default_fallbacks') ?? []), ...(router.texts('default_fallbacks') ?? [])],
    totalMs: waitOf(router, 'timeout') ?? waitOf(general, 'request_timeout'),
    ofModels: withoutAbsent({
      failures: failuresOf(general, router),
      unsupported: general.flag('drop_params') ? 'drop' : undefined,
      cache: cacheOf(general),
    }),
    breaker: breakerOf(general, router),
  };
  general.take('request_timeout');
  general.finish();
  router.finish();
  return settings;
}

function strategyOf(router: Section): string {
  const name = router.text('routing_strategy') ?? 'simple-shuffle';
  const strategy = STRATEGIES[name];
  if (strategy !== undefined) return strategy;
  router.warn('routing_strategy', `"${name}" is not known here; weighted is taken`);
  return 'weighted';
}

function aliasesOf(router: Section): Map<string, string> {
  const section = router.section('model_group_alias');
  const aliases = new Map<string, string>();
  for (const name of section.names) {
    const value = section.take(name);
    if (typeof value === 'string') {
      aliases.set(name, value);
      continue;
    }
    const fields = Section.of(value, section.at(name), section.warnings);
    const model = fields.text('model');
    if (model !== undefined) aliases.set(name, model);
    fields.finish();
  }
  return aliases;
}

/** Lists of the form `[{ model: [others] }]`, of both sections; the router's own go before. */
function listsOf(sections: readonly Section[], name: string): Map<string, string[]> {
  const lists = new Map<string, string[]>();
  for (const section of sections) {
    for (const [index, value] of section.list(name).entries()) {
      const entry = Section.of(value, `${section.at(name)}[${index}]`, section.warnings);
      for (const model of entry.names) {
        const others = entry.texts(model);
        if (others && others.length > 0) lists.set(model, others);
      }
    }
  }
  return lists;
}

function failuresOf(general: Section, router: Section): Record<string, unknown> | undefined {
  const [byRouter, byGeneral] = [router.number('num_retries'), general.number('num_retries')];
  const count = byRouter ?? byGeneral;
  const attempts = new Map<string, number>();
  if (count !== undefined) for (const name of RETRIED) attempts.set(name, count);
  const policy = router.section('retry_policy');
  for (const [field, classes] of Object.entries(RETRY_FIELDS)) {
    const retries = policy.number(field);
    if (retries !== undefined) for (const name of classes) attempts.set(name, retries);
  }
  policy.finish();
  const entries = [...attempts].map(([name, retries]) => {
    const bounded = Math.min(Math.max(0, Math.trunc(retries)), MOST_RETRIES);
    if (bounded !== retries) router.warn('num_retries', `${retries} retries after ${name} are taken as ${bounded}`);
    return [name, { retry: { attempts: bounded } }] as const;
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function cacheOf(general: Section): Record<string, unknown> | undefined {
  const isOn = general.flag('cache');
  const params = general.section('cache_params');
  if (!isOn) {
    params.finish('is not carried: the cache is off');
    return undefined;
  }
  const ttl = params.number('ttl');
  if (ttl === undefined) params.warn('ttl', `is not given; answers are kept for ${DEFAULT_CACHE_SECONDS} seconds`);
  params.finish('has no counterpart here: answers are kept by organization in NATS');
  return { seconds: Math.max(1, Math.round(ttl ?? DEFAULT_CACHE_SECONDS)) };
}

/** LiteLLM rests a deployment for a fixed time after more than `allowed_fails` failures. */
function breakerOf(general: Section, router: Section): Record<string, unknown> | undefined {
  const allowed = router.number('allowed_fails') ?? general.number('allowed_fails');
  const coolDownMs = waitOf(router, 'cooldown_time') ?? waitOf(general, 'cooldown_time');
  general.take('allowed_fails');
  general.take('cooldown_time');
  const breaker = withoutAbsent({
    consecutiveFailures: allowed === undefined ? undefined : Math.max(1, Math.trunc(allowed) + 1),
    coolDownMs,
    maxCoolDownMs: coolDownMs,
  });
  return Object.keys(breaker).length === 0 ? undefined : breaker;
}
