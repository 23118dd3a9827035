/** A request that a provider of another dialect cannot serve, or not without losing what policy says must not be lost. */
export class Untranslatable extends Error {
  override readonly name = 'Untranslatable';
}
