import { z } from 'zod';
import { slug } from '../identifiers.js';
import { callerSchema, roleGrantSchema } from '../queries/caller.js';

const LONGEST_PASSWORD = 1_024;
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const email = z.email().max(254).toLowerCase();
const time = z.string();

/** A password as it is typed; whether it is good enough is looked at where it is set. */
const password = z.string().min(1).max(LONGEST_PASSWORD);

/** From where somebody signs in, as far as it is known; shown to them in the list of their sessions. */
const visitorSchema = z.object({ address: z.string().max(100), userAgent: z.string().max(300) });
export type Visitor = z.infer<typeof visitorSchema>;

/** Bodies of `/auth/*`. */
export const signInFields = z.strictObject({ email, password });
export const passwordChangeFields = z.strictObject({ currentPassword: password, newPassword: password });
export const invitationAcceptFields = z.strictObject({
  token: z.string().min(1).max(200),
  password: password.optional(),
});
/** Body of `POST /admin/v1/…/members/{member}/invitation`: `reset` sets a new password in place of one there is. */
export const invitationFields = z.strictObject({ reset: z.boolean().default(false) });
/** Body of `PATCH /admin/v1/people/{id}`. */
export const personUpdateFields = z.strictObject({ disabled: z.boolean() });

/** Somebody who can sign in, and what they are where. */
export const personSchema = z.object({
  object: z.literal('person'),
  id: slug,
  email,
  disabled: z.boolean(),
  hasPassword: z.boolean(),
  createdAt: time,
  lastSignedInAt: time.nullable(),
});
export type PersonObject = z.infer<typeof personSchema>;
export const personPageSchema = z.object({ people: z.array(personSchema), hasMore: z.boolean() });
export type PersonPage = z.infer<typeof personPageSchema>;

/** A session as its person sees it. */
const sessionObjectSchema = z.object({
  object: z.literal('session'),
  id: slug,
  /** `password`, or `oidc:` and the name of the issuer. */
  signedInBy: z.string(),
  address: z.string(),
  userAgent: z.string(),
  createdAt: time,
  lastSeenAt: time,
  expiresAt: time,
});
export type SessionObject = z.infer<typeof sessionObjectSchema>;
export const sessionListSchema = z.object({ sessions: z.array(sessionObjectSchema) });
export type SessionList = z.infer<typeof sessionListSchema>;

/** Whose session it is and what they may do now. */
export const sessionStateSchema = z.object({
  session: sessionObjectSchema,
  person: z.object({ id: slug, email }),
  grants: z.array(roleGrantSchema),
});
export type SessionState = z.infer<typeof sessionStateSchema>;

/** A session that was just made, with the token that only the browser keeps. */
export const openedSessionSchema = sessionStateSchema.extend({ token: z.string() });
export type OpenedSession = z.infer<typeof openedSessionSchema>;

/** `before`: the session that the browser had, which ends. */
const visit = { visitor: visitorSchema, before: hash.optional() };
export const signInSchema = z.object({ ...signInFields.shape, ...visit });
export type SignIn = z.infer<typeof signInSchema>;
export const sessionCheckSchema = z.object({ hash });
export type SessionCheck = z.infer<typeof sessionCheckSchema>;
/** Ends a session of the person whose session `hash` is: that one, or another by its id, or all others. */
export const sessionEndSchema = z.object({ hash, id: z.string().max(100).optional(), others: z.boolean().optional() });
export type SessionEnd = z.infer<typeof sessionEndSchema>;
export const sessionsEndedSchema = z.object({ ended: z.int() });
export type SessionsEnded = z.infer<typeof sessionsEndedSchema>;
export const passwordChangeSchema = z.object({ hash, ...passwordChangeFields.shape, visitor: visitorSchema });
export type PasswordChange = z.infer<typeof passwordChangeSchema>;

export const invitationIssueSchema = z.object({
  caller: callerSchema,
  organization: slug,
  member: z.string().max(100),
  ...invitationFields.shape,
});
export type InvitationIssue = z.infer<typeof invitationIssueSchema>;
/** What an admin hands to the person: whoever has the token can use it, once. */
export const invitationSchema = z.object({
  object: z.literal('invitation'),
  email,
  organization: slug,
  kind: z.enum(['invitation', 'reset']),
  token: z.string(),
  expiresAt: time,
});
export type Invitation = z.infer<typeof invitationSchema>;
export const invitationAcceptSchema = z.object({
  ...invitationAcceptFields.shape,
  ...visit,
  /** The session of who accepts, where they have an account already. */
  session: hash.optional(),
});
export type InvitationAccept = z.infer<typeof invitationAcceptSchema>;

export const issuerListSchema = z.object({ issuers: z.array(z.object({ name: slug, label: z.string() })) });
export type IssuerList = z.infer<typeof issuerListSchema>;
export const oidcStartSchema = z.object({
  issuer: slug,
  redirectUri: z.string(),
  returnTo: z.string(),
  visitor: visitorSchema,
});
export type OidcStart = z.infer<typeof oidcStartSchema>;
/** Where the browser goes, and the token that it keeps so that no other browser can end the flow. */
export const oidcStartedSchema = z.object({ location: z.string(), flow: z.string() });
export type OidcStarted = z.infer<typeof oidcStartedSchema>;
export const oidcFinishSchema = z.object({
  issuer: slug,
  /** What the issuer sent the browser back with: the query of the address, without its question mark. */
  query: z.string().max(16_384),
  /** Hash of the token that the browser kept. */
  flow: hash,
  ...visit,
});
export type OidcFinish = z.infer<typeof oidcFinishSchema>;
export const oidcFinishedSchema = openedSessionSchema.extend({ returnTo: z.string() });
export type OidcFinished = z.infer<typeof oidcFinishedSchema>;

export const personListSchema = z.object({ caller: callerSchema, after: z.string().optional(), limit: z.int() });
export type PersonList = z.infer<typeof personListSchema>;
export const personReadSchema = z.object({ caller: callerSchema, id: z.string().max(100) });
export type PersonRead = z.infer<typeof personReadSchema>;
export const personUpdateSchema = personReadSchema.extend(personUpdateFields.shape);
export type PersonUpdate = z.infer<typeof personUpdateSchema>;
