import { Untranslatable } from './untranslatable.js';

/** Something of a request that only the packages of some providers carry, by their own options. */
export interface PartlyCarried {
  readonly warning: string;
  /** Words of which one stands in the `provider` of a model that carries it. */
  readonly carriedBy: readonly string[];
}

/** A part of a message that no provider gets. */
export interface LeftOutPart {
  /** Its place in the request, such as `messages[2].content[0]`. */
  readonly path: string;
  /** What its caller can do instead, as the end of a sentence. */
  readonly remedy: string;
}

/** What is left of a message: anything but empty text says something. */
interface RemainingPart {
  readonly type: string;
  readonly text?: string;
}

/** Gathers what of a request is lost on its way to another dialect, while it is read. */
export class RequestLosses {
  readonly warnings: string[] = [];
  readonly partly: PartlyCarried[] = [];
  private readonly leftOut: LeftOutPart[] = [];

  /** What no provider gets: one sentence that names the field. */
  add(warning: string): void {
    if (!this.warnings.includes(warning)) this.warnings.push(warning);
  }

  /** What no provider gets of a message, which may be all that it says. */
  leaveOut(part: LeftOutPart, warning: string): void {
    this.leftOut.push(part);
    this.add(warning);
  }

  /**
   * Refuses a message, by its place in the request, that said something and of which nothing is left: a provider would refuse it
   * in words that make no sense to the caller, or answer to something else.
   * @throws Untranslatable that names the first part which was left out
   */
  refuseEmpty(path: string, remaining: readonly RemainingPart[]): void {
    if (remaining.some(({ type, text = '' }) => type !== 'text' || text.trim() !== '')) return;
    const part = this.leftOut.find((lost) => lost.path.startsWith(`${path}.`) || lost.path.startsWith(`${path}[`));
    if (!part) return;
    throw new Untranslatable(
      `'${part.path}' cannot be carried to this provider, and nothing else is in its message; ${part.remedy}.`,
      undefined,
      { code: 'unsupported_content', param: part.path },
    );
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
