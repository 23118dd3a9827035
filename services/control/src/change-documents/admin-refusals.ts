import { QueryRefused } from '#libs/messaging';

/** Why the admin API does not do what it is asked, each with the remedy. Codes are part of the API. */
export const adminRefusal = {
  /** The same words for what is not there and for what the caller may not see. */
  notFound: (what: string, name: string) =>
    refusal(404, 'not_found', `There is no ${what} '${name}' that you may see.`),
  notAllowed: (what: string) => refusal(403, 'insufficient_permission', `You may not ${what}.`),
  moreThanGiver: (what: string) =>
    refusal(403, 'grants_more_than_you_have', `You may not ${what}: it would allow more than is allowed to you.`),
  exists: (what: string, name: string) =>
    refusal(
      409,
      'already_exists',
      `There is ${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what} '${name}' already; change that one, or choose another name.`,
      'name',
    ),
  managedByFile: (what: string, name: string) =>
    refusal(
      409,
      'managed_by_file',
      `The ${what} '${name}' stands in the configuration file; change it there, or take it out of the file and make it here.`,
    ),
  stale: () =>
    refusal(
      412,
      'stale_etag',
      'It was changed since you read it; read it again and repeat your change on what it is now.',
    ),
  etagMissing: () =>
    refusal(428, 'etag_required', 'Send the etag of what your change rests on in the header If-Match, or "*" for any.'),
  notEmpty: (what: string, name: string, rest: string) =>
    refusal(409, 'not_empty', `The ${what} '${name}' still has ${rest}; remove these first.`),
  lastOwner: () =>
    refusal(409, 'last_owner', 'An organisation keeps at least one owner; make somebody else an owner first.', 'role'),
  invalid: (reason: string, param?: string) =>
    refusal(400, 'invalid_document', reason.replace(/([?.])\.$/, '$1'), param),
  credentialNeeded: (field: string) =>
    refusal(
      400,
      'credential_required',
      `A change of '${field}' would send the credentials of the provider to another place; send them again with it, in apiKey or apiKeys.`,
      field,
    ),
  configurationRefused: (reason: string) =>
    refusal(
      409,
      'configuration_refused',
      `The configuration as a whole is refused now, so that no part of it can be changed: ${reason}`,
    ),
  forged: (field: string) => refusal(400, 'unknown_field', `'${field}' is not a field that can be set.`, field),
  keyIsBound: () =>
    refusal(
      403,
      'grants_more_than_you_have',
      'A key that is itself bound to models, addresses or a time makes no others.',
    ),
  unavailable: () =>
    refusal(503, 'temporarily_unavailable', 'No configuration is in force yet; try again in a moment.'),
};

function refusal(status: number, code: string, message: string, param?: string): QueryRefused {
  return new QueryRefused({ status, code, message, ...(param === undefined ? {} : { param }) });
}
