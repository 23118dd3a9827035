import type { ErrorClass, Usage } from '#libs/contracts';
import type { ProviderKind } from '../providers/provider.js';
import type { ContractCaller, Understood } from './contract-caller.fixture.js';
import type { Reply, SeenRequest } from './provider-server.fixture.js';

/** An answer in the provider's wire format, plain and as a stream. */
export interface WireAnswer {
  readonly plain: Reply;
  readonly stream: Reply & Required<Pick<Reply, 'events'>>;
}

/** The refusals that every provider must tell apart. */
export type RefusalName =
  | 'authentication'
  | 'permission'
  | 'not_found'
  | 'invalid_request'
  | 'context_too_long'
  | 'rate_limit'
  | 'overloaded'
  | 'server_error';

/** The refusals that some providers have a body for. */
export type RareRefusalName = 'content_filter' | 'quota';

/**
 * A kind of provider under the contract: how one is made, and what its server says. The answers are those of `ANSWERS`, in the
 * provider's own words.
 */
export interface ProviderSubject {
  readonly kind: ProviderKind;
  readonly credential: string;
  readonly model: string;
  options(origin: string): object;
  readonly callers: readonly ContractCaller[];
  readonly answers: {
    readonly text: WireAnswer;
    readonly oneCall: WireAnswer;
    readonly twoCalls: WireAnswer;
    readonly json: WireAnswer;
    readonly cutShort: WireAnswer;
    /** Absent where the provider has no such end. */
    readonly filtered?: WireAnswer;
    readonly reasoned?: WireAnswer;
  };
  /** Of `answers.text`. */
  readonly usage: Usage;
  /** How many events of the text's stream it takes to the first word. */
  readonly eventsToFirstWord: number;
  /** The rate limit is to tell of 7 seconds in the provider's own way; the authentication error may quote the credential. */
  readonly refusals: Readonly<Record<RefusalName, Reply>> & Readonly<Partial<Record<RareRefusalName, Reply>>>;
  /** Events by which a stream of status 200 tells of an error, by the class of it; absent where the provider has none. */
  readonly streamErrors?: Readonly<Partial<Record<ErrorClass, string | Uint8Array>>>;
  /** Whether the rate limit tells how long to wait. */
  readonly tellsWait?: boolean;
  /** Where calls go. */
  readonly paths: { readonly plain: string; readonly stream: string };
  /** The secret that calls bear, where it is not the credential itself. */
  readonly secretSent?: string;
  /** Replies to requests beside the calls, such as those for tokens. */
  replyBeside?(request: SeenRequest): Reply | undefined;
  /** Where the provider's requests have what callers sent. */
  readonly sent: {
    /** The picture as base64. */
    picture(body: unknown): unknown;
    schema(body: unknown): unknown;
    /** The name of the first tool. */
    toolName(body: unknown): unknown;
    /** What the tool gave, as text. */
    toolResult(body: unknown): unknown;
  };
  readonly embeddings?: { readonly model: string; readonly reply: Reply; readonly usage?: Usage };
  readonly ranking?: { readonly model: string; readonly reply: Reply };
}

/** What the answers of every subject say. Some characters take several bytes. */
export const ANSWERS: Readonly<Record<keyof ProviderSubject['answers'], Understood>> = {
  text: { text: 'Grüße aus Paris 🌤️, it is sunny.', reasoning: '', calls: [], end: 'stop' },
  oneCall: { text: '', reasoning: '', calls: [{ name: 'get_weather', input: { city: 'Paris' } }], end: 'tools' },
  twoCalls: {
    text: '',
    reasoning: '',
    calls: [
      { name: 'get_weather', input: { city: 'Paris' } },
      { name: 'get_weather', input: { city: 'Rome' } },
    ],
    end: 'tools',
  },
  json: { text: '{"city":"Paris","degrees":21}', reasoning: '', calls: [], end: 'stop' },
  cutShort: { text: 'It is', reasoning: '', calls: [], end: 'length' },
  filtered: { text: '', reasoning: '', calls: [], end: 'filter' },
  reasoned: { text: 'Sunny.', reasoning: 'The sky is blue.', calls: [], end: 'stop' },
};

/** The embeddings that a subject's server gives for two texts. */
export const EMBEDDINGS = [
  [0.25, -0.5, 1],
  [0.125, 0.75, -1],
];

/** A server-sent event with JSON as its data. */
export function jsonEvent(data: unknown, name?: string): string {
  return `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`;
}
