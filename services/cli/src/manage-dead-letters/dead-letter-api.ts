import {
  deadLetterPageSchema,
  deadLetterSchema,
  deadLetterWithContentSchema,
  type DeadLetter,
  type DeadLetterPage,
  type DeadLetterWithContent,
} from '#libs/contracts';
import type { ApiClient } from '../call-api/api-client.js';

const ADDRESS = '/admin/v1/dead-letters';
const MOST_AT_ONCE = 100;

/** Which letters are asked for. */
export interface LetterFilter {
  readonly status?: string | undefined;
  readonly consumer?: string | undefined;
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

/** The addresses below `/admin/v1/dead-letters`. */
export class DeadLetterApi {
  constructor(private readonly api: ApiClient) {}

  list(filter: LetterFilter): Promise<DeadLetterPage> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(filter)) if (value !== undefined) query.set(name, String(value));
    return this.api.json('GET', `${ADDRESS}?${query.toString()}`, deadLetterPageSchema);
  }

  read(id: string): Promise<DeadLetterWithContent> {
    return this.api.json('GET', of(id), deadLetterWithContentSchema);
  }

  redrive(id: string): Promise<DeadLetter> {
    return this.api.json('POST', `${of(id)}/redrive`, deadLetterSchema, {});
  }

  discard(id: string): Promise<DeadLetter> {
    return this.api.json('DELETE', of(id), deadLetterSchema);
  }

  /** The letters of a consumer that rest now; those that are buried meanwhile are not among them. */
  async restingOf(consumer: string): Promise<string[]> {
    const ids: string[] = [];
    for (;;) {
      const page = await this.list({ consumer, limit: MOST_AT_ONCE, after: ids.at(-1) });
      ids.push(...page.data.map(({ id }) => id));
      if (!page.has_more) return ids;
    }
  }
}

function of(id: string): string {
  return `${ADDRESS}/${encodeURIComponent(id)}`;
}
