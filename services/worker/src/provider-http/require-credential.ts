/**
 * The credential of a provider that has none without. Packages would otherwise take one from an environment variable of this
 * process, which may be somebody else's.
 */
export function requireCredential(kind: string, credential: string | undefined): string {
  if (credential === undefined || credential === '') {
    throw new Error(`a provider of kind '${kind}' needs a credential; give it an apiKey`);
  }
  return credential;
}
