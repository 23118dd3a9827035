import { DialectError } from '#libs/dialects';
import { z } from 'zod';

const MODES = ['single', 'loadbalance', 'fallback', 'conditional'] as const;
const MOST = 20;
const name = z.string().min(1).max(200);

/** One level of a configuration of Portkey: the whole of it, or one of its targets. Those below are read one by one. */
export const portkeyLevel = z.looseObject({
  provider: name.nullish(),
  weight: z.number().nonnegative().max(1e9).nullish(),
  strategy: z
    .looseObject({
      mode: z.enum(MODES).nullish(),
      conditions: z
        .array(z.looseObject({ query: z.unknown() }))
        .max(MOST)
        .nullish(),
      default: name.nullish(),
    })
    .nullish(),
  targets: z.array(z.unknown()).max(MOST).nullish(),
  override_params: z.looseObject({ model: name.nullish() }).nullish(),
  retry: z
    .looseObject({
      attempts: z.int().min(0).max(100).nullish(),
      on_status_codes: z.array(z.int().min(100).max(599)).max(MOST).nullish(),
    })
    .nullish(),
  request_timeout: z.int().positive().max(86_400_000).nullish(),
});
export type PortkeyLevel = z.infer<typeof portkeyLevel>;

/** What would change or check the request or its answer: to leave it undone in silence would deceive the caller. */
const NOT_OFFERED: readonly string[] = [
  'input_guardrails',
  'output_guardrails',
  'before_request_hooks',
  'after_request_hooks',
  'custom_host',
  'virtual_key',
  'api_key',
  'passthrough',
  'default_params',
  'drop_params',
];

/** @throws DialectError 400 for what a configuration may say at Portkey, and must not say here. */
export function refuseNotOffered(level: PortkeyLevel, place: string): void {
  for (const field of NOT_OFFERED) if (asksForSomething(level[field])) throw notOffered(`${place}.${field}`);
  const changed = Object.keys(level.override_params ?? {}).find((field) => field !== 'model');
  if (changed !== undefined) throw notOffered(`${place}.override_params.${changed.slice(0, 100)}`);
}

function asksForSomething(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

function notOffered(param: string): DialectError {
  return new DialectError(400, 'unsupported_parameter', `'${param}' is not offered here; leave it out.`, param);
}
