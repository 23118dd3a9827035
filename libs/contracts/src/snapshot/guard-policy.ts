import { z } from 'zod';
import { slug } from '../identifiers.js';
import { requirementsSchema } from './routing-policy.js';

/**
 * Kinds of data that guards tell apart. `person` and `address` are found by a plug-in alone, `custom` by patterns and lists of
 * the operator's own.
 */
export const DATA_CLASSES = [
  'email',
  'phone',
  'card',
  'iban',
  'national_id',
  'ip_address',
  'person',
  'address',
  'secret',
  'custom',
] as const;
export const dataClass = z.enum(DATA_CLASSES);
export type DataClass = z.infer<typeof dataClass>;

/** Classes that the built-in detectors find. */
export const BUILT_IN_CLASSES = [
  'email',
  'phone',
  'card',
  'iban',
  'national_id',
  'ip_address',
  'secret',
] as const satisfies readonly DataClass[];

/** Names for several classes at once, in policies. */
const DATA_CLASS_GROUPS = {
  pii: ['email', 'phone', 'card', 'iban', 'national_id', 'ip_address', 'person', 'address'],
  financial: ['card', 'iban'],
} as const satisfies Record<string, readonly DataClass[]>;
export const dataClassOrGroup = z.enum([...DATA_CLASSES, 'pii', 'financial']);
export type DataClassOrGroup = z.infer<typeof dataClassOrGroup>;

/** The classes that a name in a policy stands for. */
export function classesNamed(name: DataClassOrGroup): readonly DataClass[] {
  return name === 'pii' || name === 'financial' ? DATA_CLASS_GROUPS[name] : [name];
}

/** On which way a guard stands: of the request to the provider, or of the answer to the caller. */
export const guardSide = z.enum(['request', 'answer']);
export type GuardSide = z.infer<typeof guardSide>;

/** What is done with what a guard finds: refused, replaced for good, replaced until the answer comes back, or noted in the record alone. */
export const guardAction = z.enum(['block', 'mask', 'reversible', 'note']);
export type GuardAction = z.infer<typeof guardAction>;

const common = {
  /** Stands in the record and in refusals. */
  name: slug,
  on: z.array(guardSide).min(1),
};

/** Of guards that ask somebody else: how long they wait, and what happens where no answer comes. */
const asking = {
  timeoutMilliseconds: z.int().positive(),
  onFailure: z.enum(['refuse', 'pass']),
};

/** One step that a request or an answer goes through; see docs/guards.md. */
export const guardEntrySchema = z.discriminatedUnion('kind', [
  z.object({ ...common, kind: z.literal('detect'), classes: z.array(dataClass).min(1), action: guardAction }),
  /** Words and phrases, whatever their case, at the borders of words. */
  z.object({ ...common, kind: z.literal('deny'), words: z.array(z.string()).min(1), action: guardAction }),
  /** Patterns in the syntax of RE2, matched in linear time. */
  z.object({ ...common, kind: z.literal('pattern'), patterns: z.array(z.string()).min(1), action: guardAction }),
  /** Sentences that try to take the model away from its instructions. */
  z.object({ ...common, kind: z.literal('injection'), action: z.enum(['block', 'note']) }),
  /** A Presidio analyzer (`POST /analyze`). */
  z.object({
    ...common,
    ...asking,
    kind: z.literal('presidio'),
    url: z.string(),
    language: z.string(),
    entities: z.array(z.string()).min(1),
    leastScore: z.number().min(0).max(1),
    action: guardAction,
  }),
  /** A moderation model of this installation; refuses what it flags. */
  z.object({
    ...common,
    ...asking,
    kind: z.literal('moderation'),
    model: z.string(),
    /** Refuses only what is flagged for one of these; for any where absent. */
    categories: z.array(z.string()).min(1).optional(),
    action: z.enum(['block', 'note']),
  }),
  /** Whatever answers `{ "verdict": "pass" | "block" }`. */
  z.object({ ...common, ...asking, kind: z.literal('webhook'), url: z.string(), action: z.enum(['block', 'note']) }),
]);
export type GuardEntry = z.infer<typeof guardEntrySchema>;

/** Of what is required of a target, what is about who gets the data of a request. */
const dataRequirementsSchema = requirementsSchema.pick({
  regions: true,
  providers: true,
  notProviders: true,
  noTraining: true,
  zeroRetention: true,
});
export type DataRequirements = z.infer<typeof dataRequirementsSchema>;

/** Who may get the data of an organisation, a project or a key, and what besides where data of a class is found in a request. */
export const privacyEntrySchema = dataRequirementsSchema.extend({
  whenFound: z
    .array(z.object({ classes: z.array(dataClass).min(1), require: dataRequirementsSchema }))
    .min(1)
    .optional(),
});
export type PrivacyEntry = z.infer<typeof privacyEntrySchema>;
