import type { Usage } from '#libs/contracts';

/** A request that a provider of another dialect cannot serve, or not without losing what policy says must not be lost. */
export class Untranslatable extends Error {
  override readonly name = 'Untranslatable';

  constructor(
    message: string,
    /** What the provider says it used, where only its answer showed what is lost. */
    readonly usage?: Usage,
    /** A code and the field at fault, where the caller can mend the request: the message is one for the caller then. */
    readonly refusal?: { readonly code: string; readonly param: string },
  ) {
    super(message);
  }
}
