/** Which version of the API a caller speaks, and which of its trials it takes part in. */
export const PASSED_HEADERS = ['anthropic-version', 'anthropic-beta'] as const;

/** That of them which asks for something; every client names a version. */
export const BETA_HEADER = 'anthropic-beta' satisfies (typeof PASSED_HEADERS)[number];
