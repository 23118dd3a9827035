import type { ErrorClass } from '#libs/contracts';

/** What a status alone says of a refusal, in the meaning that HTTP gives it and providers keep to. */
export function classOfStatus(status: number): ErrorClass {
  switch (status) {
    case 401:
      return 'authentication';
    case 402:
      return 'quota';
    case 403:
      return 'permission';
    case 404:
      return 'not_found';
    case 408:
    case 504:
      return 'first_byte_timeout';
    case 413:
      return 'context_too_long';
    case 429:
      return 'rate_limit';
    case 503:
    case 529:
      return 'overloaded';
    default:
      if (status >= 500) return 'server_error';
      return status >= 400 ? 'invalid_request' : 'bad_answer';
  }
}
