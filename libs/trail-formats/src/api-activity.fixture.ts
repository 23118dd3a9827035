import { z } from 'zod';

/**
 * What the release 1.8.0 of OCSF (16 March 2026) says of the class API Activity (6003) without profiles, as far as events of the trail use it: names and types of attributes,
 * which are required, enumerations, the constraints "at least one of", and that an attribute with the value "other" (99) has a sibling that says what. Strict: an attribute
 * that stands here is in 1.8.0, and any other is a mistake. Each was looked up in the compiled schema of that release, class api_activity (base_event and application
 * within it) and objects metadata, product, actor, user, organization, api, service, request, network_endpoint and resource_details; none is from another version.
 */
const OTHER = 99;
const text = z.string().min(1);
const timestamp = z.int().nonnegative();
/** integer_t has 32 bits; what may need more is long_t or timestamp_t. */
const integer = z.int32();
const oneOf = (...values: number[]) => z.literal(values);
const atLeastOne = (object: Readonly<Record<string, unknown>>, ...names: string[]) =>
  names.some((name) => object[name] !== undefined);
const entity = (more: Readonly<Record<string, z.ZodType>> = {}) =>
  z
    .strictObject({ name: text.optional(), uid: text.optional(), ...more })
    .refine((object) => atLeastOne(object, 'name', 'uid'), 'at least one of name, uid');

const product = entity({ vendor_name: text.optional(), version: text.optional() });
const metadata = z.strictObject({
  version: z.literal('1.8.0'),
  product,
  uid: text.optional(),
  correlation_uid: text.optional(),
  event_code: text.optional(),
  sequence: integer.optional(),
  logged_time: timestamp.optional(),
  tenant_uid: text.optional(),
});
const user = z
  .strictObject({
    name: text.optional(),
    uid: text.optional(),
    type: text.optional(),
    type_id: oneOf(0, OTHER).optional(),
    org: entity().optional(),
  })
  .refine((object) => atLeastOne(object, 'account', 'name', 'uid'), 'user: at least one of account, name, uid')
  .refine(({ type, type_id: id }) => id !== OTHER || type !== undefined, 'user: 99 needs a type');
const endpoint = z
  .strictObject({
    name: text.optional(),
    uid: text.optional(),
    hostname: text.optional(),
    type: text.optional(),
    type_id: oneOf(0, OTHER).optional(),
  })
  .refine(
    (object) => atLeastOne(object, 'ip', 'uid', 'name', 'hostname', 'svc_name'),
    'endpoint: at least one of ip, uid, name, hostname, svc_name',
  )
  .refine(({ type, type_id: id }) => id !== OTHER || type !== undefined, 'endpoint: 99 needs a type');

export const apiActivity = z
  .strictObject({
    activity_id: oneOf(0, 1, 2, 3, 4, OTHER),
    activity_name: text.optional(),
    category_uid: z.literal(6),
    class_uid: z.literal(6_003),
    type_uid: z.int(), // long_t
    time: timestamp,
    severity_id: oneOf(0, 1, 2, 3, 4, 5, 6, OTHER),
    status_id: oneOf(0, 1, 2, OTHER).optional(),
    status_code: text.optional(),
    status_detail: text.optional(),
    metadata,
    actor: z.strictObject({ user }),
    api: z.strictObject({
      operation: text,
      service: entity().optional(),
      request: z.strictObject({ uid: text }).optional(),
    }),
    src_endpoint: endpoint,
    dst_endpoint: endpoint.optional(),
    resources: z.array(entity({ type: text.optional() })).optional(),
    unmapped: z.record(z.string(), z.unknown()).optional(),
    raw_data: z.string().optional(),
  })
  .refine((event) => event.type_uid === event.class_uid * 100 + event.activity_id, 'type_uid is class and activity')
  .refine((event) => event.activity_id !== OTHER || event.activity_name !== undefined, 'activity 99 needs a name');
