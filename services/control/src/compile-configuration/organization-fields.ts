import { z } from 'zod';
import { keyBoundsFields, keyTime, role, slug } from '#libs/contracts';

import { budgetFields } from './budgets/budget-fields.js';
import { markupField } from './budgets/markup-field.js';
import { closedObject } from './closed-object.js';
import { callerKey, plainText } from './field-types.js';
import { guardFields } from './guards/guard-fields.js';
import { privacyFields } from './guards/privacy-fields.js';
import { limitFields } from './plan-fields.js';
import { tier } from './routing-policies/routing-fields.js';

const LONGEST_MAIL_ADDRESS = 254;

/** A key in the file: the key itself, and what it is bound to. */
const keyFields = closedObject({
  name: slug,
  key: callerKey,
  ...keyBoundsFields,
  limits: limitFields.optional(),
  budgets: budgetFields,
  privacy: privacyFields.optional(),
  guards: guardFields.optional(),
  expiresAt: keyTime.optional(),
});

/** Somebody who may sign in, by the address that the account or the identity provider vouches for. */
const memberFields = closedObject({
  /** How the admin API names the membership; made up from the address where it is absent. */
  id: slug.optional(),
  email: z.email().max(LONGEST_MAIL_ADDRESS).toLowerCase(),
  role,
  project: slug.optional(),
});

const serviceAccountFields = closedObject({
  name: slug,
  role,
  project: slug.optional(),
  description: plainText.optional(),
});

const LEAST_SHARE = 0.01;
const MOST_SHARE = 1_000;

export const projectFields = {
  name: slug,
  displayName: plainText.optional(),
  tier,
  plan: slug.optional(),
  limits: limitFields.optional(),
  /** Of durable work, beside other projects. */
  share: z.number().min(LEAST_SHARE).max(MOST_SHARE).optional(),
  budgets: budgetFields,
  privacy: privacyFields.optional(),
  guards: guardFields.optional(),
  keys: z.array(keyFields).default([]),
} as const;

export const organizationFields = {
  name: slug,
  displayName: plainText.optional(),
  tier,
  plan: slug.optional(),
  limits: limitFields.optional(),
  markup: markupField.optional(),
  budgets: budgetFields,
  privacy: privacyFields.optional(),
  guards: guardFields.optional(),
  members: z.array(memberFields).default([]),
  serviceAccounts: z.array(serviceAccountFields).default([]),
} as const;
