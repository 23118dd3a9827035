import { QueryRefused } from '#libs/messaging';

/** Why a change of the policies in force is not made, each with what to do instead. */
export const policyRefusal = {
  noConfiguration: () =>
    refusal(503, 'temporarily_unavailable', 'No configuration is in force yet; try again in a moment.'),
  noTrial: () =>
    refusal(409, 'no_trial', 'No policy is on trial; start one with its text: POST /admin/v1/policies/trial.'),
  unknownRevision: (revision: number) =>
    refusal(
      404,
      'unknown_revision',
      `There is no revision ${revision}; GET /admin/v1/policies lists those there are.`,
      'revision',
    ),
  alreadyInForce: (revision: number) =>
    refusal(
      409,
      'already_in_force',
      `The policies of revision ${revision} are in force already; nothing is changed.`,
      'revision',
    ),
  sameAsInForce: () =>
    refusal(
      409,
      'already_in_force',
      'The models of this text are those in force already; there is nothing to try.',
      'text',
    ),
  missingProviders: (revision: number, names: readonly string[]) =>
    refusal(
      409,
      'missing_providers',
      `Revision ${revision} names providers that are not configured any more: ${names.join(', ')}. Put them back into the file, or choose another revision.`,
      'revision',
    ),
  otherProviders: (names: readonly string[]) =>
    refusal(
      400,
      'providers_differ',
      `A trial decides over the providers in force; these are not configured as there: ${names.join(', ')}. Change providers in the file first.`,
      'text',
    ),
  otherBreaker: () =>
    refusal(
      400,
      'breaker_differs',
      'A trial cannot change the breaker, which is one for all; change it in the file.',
      'text',
    ),
  tooLarge: () =>
    refusal(
      413,
      'policy_too_large',
      'Both policies together do not fit into one message; use fewer models, or put the new ones in force by the file.',
      'text',
    ),
};

function refusal(status: number, code: string, message: string, param?: string): QueryRefused {
  return new QueryRefused({ status, code, message, ...(param === undefined ? {} : { param }) });
}
