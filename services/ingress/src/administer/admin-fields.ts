import { DialectError } from '#libs/dialects';
import { DOCUMENT_FIELDS, PLAN_FEATURES, rateLimitShape, role, slug } from '#libs/contracts';
import { z } from 'zod';

const MOST_PER_PAGE = 100;
const text = z.string().min(1).max(4_096);

/** `limit` and `after`, the cursor of the page before, of every list. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(MOST_PER_PAGE).default(MOST_PER_PAGE),
  after: z.string().min(1).max(1_000).optional(),
});

/** The same for keys, which may be asked of one project. */
export const keyPageQuery = pageQuery.extend({ project: slug.optional() });

const rateLimits = z.strictObject(rateLimitShape);
const limitsFields = z.strictObject({
  ...rateLimitShape,
  eachEndUser: rateLimits.optional(),
  models: z.record(text, rateLimits).optional(),
  providers: z.record(slug, rateLimits).optional(),
});

/** Budgets as in `switchyard.yaml`; each is checked there. */
const budgetsFields = z.array(z.strictObject(anythingIn(DOCUMENT_FIELDS.budget))).max(100);

/** Policies of privacy and guards as in `switchyard.yaml`; each is checked there. */
export const policyFields = z.record(z.string().max(100), z.unknown());
const guardsFields = z.array(policyFields).min(1).max(50);

/** Bodies that set one field of an organisation or a project; null takes it away. */
export const budgetsBody = z.strictObject({ budgets: budgetsFields.nullable() });
export const limitsBody = z.strictObject({ limits: limitsFields.nullable() });

/** Such as "10%", or "-5%" for a discount. */
const markupText = z.string().regex(/^-?\d{1,4}(\.\d{1,4})?%$/, 'must be a share such as "10%"');

const organizationShape = {
  displayName: text,
  tier: slug,
  plan: slug,
  limits: limitsFields,
  markup: markupText,
  budgets: budgetsFields,
  privacy: policyFields,
  guards: guardsFields,
} as const;

export const organizationCreate = z.strictObject({ name: slug, ...optional(organizationShape) });
export const organizationUpdate = z.strictObject(nullable(organizationShape));
const { markup: _ofOrganizations, ...projectShape } = organizationShape;
export const projectCreate = z.strictObject({ name: slug, ...optional(projectShape) });
export const projectUpdate = z.strictObject(nullable(projectShape));

export const memberCreate = z.strictObject({ email: z.email().max(254), role, project: slug.optional() });
export const memberUpdate = z.strictObject({ role });

export const serviceAccountCreate = z.strictObject({
  name: slug,
  role,
  project: slug.optional(),
  description: text.optional(),
});
export const serviceAccountUpdate = z.strictObject({ role: role.optional(), description: text.nullable().optional() });

const planShape = {
  displayName: text,
  markup: markupText,
  limits: limitsFields,
  models: z.array(text).max(1_000),
  strategies: z.array(text).max(1_000),
  retentionDays: z.int().positive().max(36_500),
  features: z.array(z.enum(PLAN_FEATURES)),
  support: text,
} as const;
export const planCreate = z.strictObject({ name: slug, ...optional(planShape) });
export const planUpdate = z.strictObject(nullable(planShape));

/** The fields of a provider or a model are those of `switchyard.yaml`; what stands in them is checked where they are kept. */
const providerShape = anythingIn(DOCUMENT_FIELDS.provider);
const modelShape = anythingIn(DOCUMENT_FIELDS.model);
export const providerCreate = z.strictObject({ ...providerShape, name: slug, kind: slug });
export const providerUpdate = z.strictObject(providerShape);
export const modelCreate = z.strictObject({ ...modelShape, name: z.string().min(1).max(200) });
export const modelUpdate = z.strictObject(modelShape);

/** The same of a price; its name stands in the address. */
export const pricePut = z.strictObject(anythingIn(DOCUMENT_FIELDS.price));

export const applyFields = z.strictObject({
  text: z.string().min(1).max(400_000),
  name: z.string().min(1).max(4_096).optional(),
  prune: z.boolean().default(false),
});

/** The etag in `If-Match`, where one was sent. @throws DialectError 400 for a list of them */
export function ifMatchOf(header: string | undefined): { ifMatch?: string } {
  if (header === undefined) return {};
  if (!/^(\*|"[^"]{1,100}")$/.test(header))
    throw new DialectError(
      400,
      'invalid_etag',
      'If-Match must be one etag in quotes, as it was given, or *.',
      'if-match',
    );
  return { ifMatch: header };
}

function anythingIn(names: readonly string[]): Record<string, z.ZodOptional<z.ZodUnknown>> {
  return Object.fromEntries(names.map((name) => [name, z.unknown().optional()]));
}

function optional<Shape extends Record<string, z.ZodType>>(
  shape: Shape,
): { [Name in keyof Shape]: z.ZodOptional<Shape[Name]> } {
  return mapped(shape, (field) => field.optional()) as { [Name in keyof Shape]: z.ZodOptional<Shape[Name]> };
}

/** Null takes a field away. */
function nullable<Shape extends Record<string, z.ZodType>>(
  shape: Shape,
): { [Name in keyof Shape]: z.ZodOptional<z.ZodNullable<Shape[Name]>> } {
  return mapped(shape, (field) => field.nullable().optional()) as {
    [Name in keyof Shape]: z.ZodOptional<z.ZodNullable<Shape[Name]>>;
  };
}

function mapped(shape: Record<string, z.ZodType>, change: (field: z.ZodType) => z.ZodType): Record<string, z.ZodType> {
  return Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, change(field)]));
}
