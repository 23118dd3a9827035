import { z } from 'zod';

import { explainIssue } from '../compile-configuration/explain-issue.js';

const named = z.looseObject({ name: z.string().min(1) });
const listOfNamed = z.array(named).optional();
const organization = named.extend({
  projects: listOfNamed,
  serviceAccounts: listOfNamed,
  members: z.array(z.looseObject({ email: z.string().min(1) })).optional(),
});

/** What a text may hold: the rest of a configuration file is the installation's own and stays there. */
const appliedText = z.looseObject({
  version: z.literal(1).optional(),
  providers: z.record(z.string(), z.looseObject({})).optional(),
  models: listOfNamed,
  prices: listOfNamed,
  plans: listOfNamed,
  organizations: z.array(organization).optional(),
});

/** Why a text is none that can be applied, and at which of its fields. */
export interface Misshapen {
  readonly path: readonly PropertyKey[];
  readonly reason: string;
}

/**
 * The first thing that has not the form of a document, if any. Documents are looked for by their form, so that what is
 * misshapen would count as not there: where pruning is asked for, everything of its kind would be taken away.
 */
export function misshapenPart(value: unknown): Misshapen | undefined {
  const parsed = appliedText.safeParse(value, { error: explainIssue });
  const [issue] = parsed.error?.issues ?? [];
  if (issue) return { path: issue.path, reason: issue.message };
  const fields = Object.keys(parsed.data ?? {});
  if (fields.length === 0) return { path: [], reason: 'there are no fields; write at least "version: 1"' };
  const foreign = fields.find((field) => !(field in appliedText.shape));
  if (foreign === undefined) return undefined;
  const reason = 'is of the whole installation and set in its configuration file only; take it out of what is applied';
  return { path: [foreign], reason };
}
