import type { GuardVerdict } from '#libs/contracts';
import { guardAnswer, type CompiledGuard, type GuardSources, type Placeholders } from '#libs/guards';

const JSON_TYPE = /json/;
const NOT_TEXT = /^(?:audio|image|video)\/|octet-stream/;

/** What stands between the answer of a job and its record: guards of answers, and the values that the request had placeholders for. */
export class JobGuard {
  constructor(
    private readonly guards: readonly CompiledGuard[],
    private readonly placeholders: Placeholders,
    private readonly sources: GuardSources,
  ) {}

  /** @throws GuardRefused */
  async answer(
    body: Uint8Array,
    contentType: string,
  ): Promise<{ body: Uint8Array; verdicts: readonly GuardVerdict[] }> {
    if (NOT_TEXT.test(contentType)) return { body, verdicts: [] };
    const { sources, placeholders } = this;
    const guarded = await guardAnswer(Buffer.from(body).toString('utf8'), this.guards, {
      sources,
      placeholders,
      isJson: JSON_TYPE.test(contentType),
    });
    return { body: Buffer.from(guarded.body), verdicts: guarded.verdicts };
  }
}
