import { DATA_CLASSES, type DataClass, type GuardSide } from '#libs/contracts';
import { GuardedSender } from '#libs/outbound';
import { guardSecret } from '#libs/secrets';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import type { Detection } from './detection.js';
import type { GuardSources, Judgement } from './guard-texts.js';

/** On whose behalf a guard asks. */
export interface AskedFor {
  readonly requestId: string;
  readonly organization: string;
  readonly project: string;
}

const MOST_ANSWER_BYTES = 1_048_576;
const LONGEST_WAIT_MILLISECONDS = 30_000;
const MOST_SIGNERS = 1_000;

const presidioAnswer = z.array(
  z.object({
    entity_type: z.string(),
    start: z.int().nonnegative(),
    end: z.int().nonnegative(),
    score: z.number(),
  }),
);
const webhookAnswer = z.object({
  verdict: z.enum(['pass', 'block']),
  categories: z.array(z.string().min(1).max(100)).max(20).optional(),
});

/** Presidio's names for what has a class of its own here; the rest is `custom`. */
const CLASS_OF: Readonly<Record<string, DataClass>> = {
  PERSON: 'person',
  LOCATION: 'address',
  EMAIL_ADDRESS: 'email',
  PHONE_NUMBER: 'phone',
  CREDIT_CARD: 'card',
  IBAN_CODE: 'iban',
  US_SSN: 'national_id',
  UK_NHS: 'national_id',
};

type Asked<Name extends keyof GuardSources> = Parameters<GuardSources[Name]>[1];

/**
 * Asks Presidio and webhooks over HTTP, each within its guard's time. Their URLs may be a tenant's, and go only where strangers' may
 * go: to public addresses by TLS, and to `allow`. Rejects with whatever went wrong.
 */
export class HttpSources {
  private readonly sender: GuardedSender;
  private readonly signers = new Map<string, Webhook>();

  /** `secretKey`: what requests to webhooks are signed with is derived from it. @throws Error for something in `allow` that is no CIDR. */
  constructor(
    allow: readonly string[],
    private readonly secretKey: Uint8Array,
  ) {
    this.sender = new GuardedSender({
      allow,
      timeoutMilliseconds: LONGEST_WAIT_MILLISECONDS,
      mostExcerptBytes: MOST_ANSWER_BYTES,
    });
  }

  close(): Promise<void> {
    return this.sender.close();
  }

  async presidio(text: string, guard: Asked<'presidio'>): Promise<Detection[]> {
    const { language, entities, leastScore } = guard;
    const asked = { text, language, entities, score_threshold: leastScore };
    const url = new URL(`${guard.url}/analyze`);
    const answer = await this.post(url, guard.timeoutMilliseconds, { body: JSON.stringify(asked) });
    const places = placesOf(text);
    return presidioAnswer
      .parse(answer)
      .filter(({ score, start, end }) => score >= leastScore && start < end)
      .map(({ entity_type: type, start, end }) => ({ start: places(start), end: places(end), class: classOf(type) }));
  }

  async webhook(
    texts: readonly string[],
    guard: Asked<'webhook'>,
    { side, requestId, organization, project }: AskedFor & { readonly side: GuardSide },
  ): Promise<Judgement> {
    const url = new URL(guard.url);
    const asked = { guard: guard.name, on: side, request_id: requestId, organization, project, texts };
    const body = JSON.stringify(asked);
    const headers = this.signature(url, `${requestId}_${guard.name}_${side}`, body);
    const answer = await this.post(url, guard.timeoutMilliseconds, { body, headers });
    const { verdict, categories } = webhookAnswer.parse(answer);
    return { flagged: verdict === 'pass' ? [] : (categories ?? ['policy']) };
  }

  /** Headers by which the service knows that it is this installation that asks, by Standard Webhooks 1.0.0. */
  private signature(url: URL, id: string, body: string): Record<string, string> {
    const now = new Date();
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
      'webhook-signature': this.signerOf(url).sign(id, now, body),
    };
  }

  private signerOf(url: URL): Webhook {
    const known = this.signers.get(url.href);
    if (known) return known;
    // URLs come and go with configurations.
    if (this.signers.size >= MOST_SIGNERS) this.signers.clear();
    const made = new Webhook(guardSecret(url, this.secretKey));
    this.signers.set(url.href, made);
    return made;
  }

  private async post(
    url: URL,
    timeoutMilliseconds: number,
    { body, headers = {} }: { readonly body: string; readonly headers?: Readonly<Record<string, string>> },
  ): Promise<unknown> {
    const answer = await this.sender.post(url, {
      headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
      body,
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
    if (answer.status !== 200) throw new Error(`the guard's service answered with status ${answer.status}`);
    return JSON.parse(answer.excerpt) as unknown;
  }
}

function classOf(type: string): DataClass {
  return CLASS_OF[type] ?? DATA_CLASSES.find((name) => name === type.toLowerCase()) ?? 'custom';
}

/** Presidio counts characters of Unicode, texts here are counted in UTF-16 units; the two differ beyond the basic plane. */
function placesOf(text: string): (place: number) => number {
  if (!/[\ud800-\udfff]/.test(text)) return (place) => place;
  const places: number[] = [];
  let at = 0;
  for (const character of text) {
    places.push(at);
    at += character.length;
  }
  return (place) => places[place] ?? text.length;
}
