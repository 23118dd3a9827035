import { QueryRefused } from '#libs/messaging';

/** Why somebody does not get in, each with the remedy. Codes are part of the API. */
export const signInRefusal = {
  /** The same for an unknown address, a wrong password and an account that is disabled. */
  wrongCredentials: () =>
    refusal(401, 'invalid_credentials', 'The mail address or the password is wrong, or the account cannot sign in so.'),
  tooManyAttempts: (retryAfterSeconds: number) =>
    new QueryRefused({
      status: 429,
      code: 'too_many_attempts',
      message: `There were too many attempts; try again in ${Math.ceil(retryAfterSeconds / 60)} minutes.`,
      retryAfterSeconds,
    }),
  sessionEnded: () => refusal(401, 'session_ended', 'The session has ended; sign in again.'),
  unknownSession: (id: string) => refusal(404, 'not_found', `There is no session '${id}' that you may see.`),
  weakPassword: (reason: string, param: string) => refusal(400, 'weak_password', reason, param),
  noPassword: () =>
    refusal(409, 'no_password', 'You have no password to change; you sign in at your identity provider.'),
  invalidInvitation: () =>
    refusal(
      400,
      'invalid_invitation',
      'The invitation is not known, was used or has expired; ask for a new one.',
      'token',
    ),
  passwordMissing: () => refusal(400, 'password_required', 'Choose a password.', 'password'),
  signInFirst: (email: string) =>
    refusal(
      409,
      'sign_in_first',
      `${email} has a password already; sign in with it, then accept the invitation without another one.`,
    ),
  alreadyJoined: (email: string) =>
    refusal(409, 'already_joined', `${email} has a password already; send "reset": true to have it replaced.`, 'reset'),
  nothingToReset: (email: string) =>
    refusal(409, 'nothing_to_reset', `${email} has no password here; send an invitation without "reset".`, 'reset'),
  unknownIssuer: (name: string) => refusal(404, 'unknown_issuer', `There is no identity provider '${name}' here.`),
  flowUnknown: () =>
    refusal(400, 'sign_in_expired', 'The sign-in took too long or was begun in another browser; begin again.'),
  issuerUnavailable: () =>
    refusal(503, 'issuer_unavailable', 'The identity provider does not answer as it should; try again in a moment.'),
  issuerRefused: () => refusal(401, 'sign_in_refused', 'The identity provider did not let you in; begin again.'),
  addressUnverified: () =>
    refusal(403, 'email_not_verified', 'The identity provider does not vouch for your mail address; verify it there.'),
  notAMember: () =>
    refusal(
      403,
      'not_a_member',
      'You are not a member of any organization here; ask an admin to add your mail address.',
    ),
  disabled: () => refusal(403, 'account_disabled', 'The account is disabled; ask the operator.'),
};

function refusal(status: number, code: string, message: string, param?: string): QueryRefused {
  return new QueryRefused({ status, code, message, ...(param === undefined ? {} : { param }) });
}
