import { z } from 'zod';

/**
 * What OCSF 1.8 says of the class API Activity (6003), as far as events of the trail use it: required attributes, enumerations, the constraint "at least one of", and that an
 * attribute with the value "other" (99) has a sibling that says what. Strict: an attribute that the schema does not have is a mistake. Held against the files of
 * ocsf-schema: events/application/api_activity, and the objects metadata, user, api, endpoint and network_endpoint.
 */
const OTHER = 99;
const text = z.string().min(1);
const timestamp = z.int().nonnegative();
const oneOf = (...values: number[]) => z.literal(values);
const named = { name: text.optional(), uid: text.optional() };
const atLeastOne = (object: Readonly<Record<string, unknown>>, ...names: string[]) =>
  names.some((name) => object[name] !== undefined);

const product = z.strictObject({ name: text, vendor_name: text, version: text });
const metadata = z.strictObject({
  version: z.literal('1.8.0'),
  product,
  uid: text.optional(),
  correlation_uid: text.optional(),
  event_code: text.optional(),
  sequence: z.int().optional(),
  logged_time: timestamp.optional(),
  tenant_uid: text.optional(),
});
const user = z
  .strictObject({
    name: text.optional(),
    uid: text.optional(),
    type: text.optional(),
    type_id: oneOf(0, 1, 2, 3, 4, OTHER).optional(),
    org: z.strictObject(named).optional(),
  })
  .refine((object) => atLeastOne(object, 'account', 'name', 'uid'), 'user: at least one of account, name, uid')
  .refine(({ type, type_id: id }) => id !== OTHER || type !== undefined, 'user: 99 needs a type');
const endpoint = z
  .strictObject({
    name: text.optional(),
    uid: text.optional(),
    hostname: text.optional(),
    type: text.optional(),
    type_id: oneOf(...Array.from({ length: 15 }, (_, id) => id), OTHER).optional(),
  })
  .refine((object) => atLeastOne(object, 'ip', 'uid', 'name', 'hostname', 'svc_name'), 'endpoint: at least one of …')
  .refine(({ type, type_id: id }) => id !== OTHER || type !== undefined, 'endpoint: 99 needs a type');

export const apiActivity = z
  .strictObject({
    activity_id: oneOf(0, 1, 2, 3, 4, OTHER),
    activity_name: text.optional(),
    category_uid: z.literal(6),
    class_uid: z.literal(6_003),
    type_uid: z.int(),
    time: timestamp,
    severity_id: oneOf(0, 1, 2, 3, 4, 5, 6, OTHER),
    status_id: oneOf(0, 1, 2, OTHER).optional(),
    status_code: text.optional(),
    status_detail: text.optional(),
    metadata,
    actor: z.strictObject({ user }),
    api: z.strictObject({
      operation: text,
      service: z.strictObject(named).optional(),
      request: z.strictObject({ uid: text }).optional(),
    }),
    src_endpoint: endpoint,
    dst_endpoint: endpoint.optional(),
    resources: z.array(z.strictObject({ ...named, type: text.optional() })).optional(),
    unmapped: z.record(z.string(), z.unknown()).optional(),
    raw_data: z.string().optional(),
  })
  .refine((event) => event.type_uid === event.class_uid * 100 + event.activity_id, 'type_uid is class and activity')
  .refine((event) => event.activity_id !== OTHER || event.activity_name !== undefined, 'activity 99 needs a name');
