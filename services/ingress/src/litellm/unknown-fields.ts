import { DialectError } from '#libs/dialects';
import type { z } from 'zod';

/** Fields of LiteLLM that bound what may be spent, asked for or reached: to ignore one would allow more than was asked for. */
const BOUNDING = new Set([
  'aliases',
  'allowed_cache_controls',
  'allowed_routes',
  'blocked',
  'budget_id',
  'budget_limits',
  'duration',
  'enforced_params',
  'guardrails',
  'max_budget_in_team',
  'model_max_budget',
  'model_rpm_limit',
  'model_tpm_limit',
  'models',
  'object_permission',
  'permissions',
  'policies',
  'soft_budget',
  'team_member_budget',
  'team_member_key_duration',
  'team_member_rpm_limit',
  'team_member_tpm_limit',
]);

/**
 * What a caller sent beyond a form, as the answer tells it: `ignored_fields`, or nothing where all is known.
 * @throws DialectError 400 for a field that bounds something and has no counterpart
 */
export function unknownTo(
  { shape }: { readonly shape: z.core.$ZodLooseShape },
  fields: Readonly<Record<string, unknown>>,
): { ignored_fields?: string[] } {
  const unknown = Object.keys(fields).filter((name) => !Object.hasOwn(shape, name));
  const bounding = unknown.find((name) => BOUNDING.has(name) && !isEmpty(fields[name]));
  if (bounding !== undefined) {
    const message = `'${bounding}' has no counterpart here, and to ignore it would allow more than you ask for; leave it out and set budgets and limits by /admin/v1 (docs/administration.md).`;
    throw new DialectError(400, 'unsupported_parameter', message, bounding);
  }
  return unknown.length === 0 ? {} : { ignored_fields: unknown };
}

/** Clients send what they do not mean as well: null, false and empty lists. */
function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
