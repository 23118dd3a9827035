/** Something of a request that only the packages of some providers carry, by their own options. */
export interface PartlyCarried {
  readonly warning: string;
  /** Words of which one stands in the `provider` of a model that carries it. */
  readonly carriedBy: readonly string[];
}

/** Gathers what of a request is lost on its way to another dialect, while it is read. */
export class RequestLosses {
  readonly warnings: string[] = [];
  readonly partly: PartlyCarried[] = [];

  /** What no provider gets: one sentence that names the field. */
  add(warning: string): void {
    if (!this.warnings.includes(warning)) this.warnings.push(warning);
  }

  /** What only some providers get. */
  addUnless(carriedBy: readonly string[], warning: string): void {
    if (!this.partly.some((loss) => loss.warning === warning)) this.partly.push({ warning, carriedBy });
  }
}

/** The warnings that hold for the models of a provider. */
export function lossesAt(
  provider: string,
  { warnings, partly = [] }: { readonly warnings: readonly string[]; readonly partly?: readonly PartlyCarried[] },
): string[] {
  const lost = partly.filter(({ carriedBy }) => !carriedBy.some((word) => provider.includes(word)));
  return [...warnings, ...lost.map(({ warning }) => warning)];
}
