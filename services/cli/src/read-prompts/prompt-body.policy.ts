import { CliError } from '../cli.error.js';

/** How a prompt becomes the body of a request: the fields for the prompt and for the most tokens of the answer. */
interface PromptBody {
  readonly of: (prompt: string) => object;
  /** Absent where answers have no tokens to be bounded. */
  readonly maxTokensField?: string;
}

const CHAT = '/v1/chat/completions';

const BODIES: ReadonlyMap<string, PromptBody> = new Map<string, PromptBody>([
  [CHAT, { of: (prompt) => ({ messages: [{ role: 'user', content: prompt }] }), maxTokensField: 'max_tokens' }],
  ['/v1/responses', { of: (prompt) => ({ input: prompt }), maxTokensField: 'max_output_tokens' }],
  ['/v1/completions', { of: (prompt) => ({ prompt }), maxTokensField: 'max_tokens' }],
  ['/v1/embeddings', { of: (prompt) => ({ input: prompt }) }],
  ['/v1/moderations', { of: (prompt) => ({ input: prompt }) }],
  ['/v1/images/generations', { of: (prompt) => ({ prompt }) }],
]);

/** The endpoint of prompts for which none is named. */
export const DEFAULT_ENDPOINT = CHAT;

/** The endpoints that prompts can be sent to. */
export const PROMPT_ENDPOINTS: readonly string[] = [...BODIES.keys()];

/** The body of a request for `endpoint` that holds a prompt. Throws `CliError` for an endpoint that takes none. */
export function promptBody(endpoint: string, prompt: string): object {
  return bodyFor(endpoint).of(prompt);
}

/** The field that bounds the tokens of an answer, or nothing where no bound is given. Throws `CliError` where there is none. */
export function tokenBound(endpoint: string, maxTokens: number | undefined): object {
  if (maxTokens === undefined) return {};
  const { maxTokensField } = bodyFor(endpoint);
  if (maxTokensField === undefined)
    throw new CliError(`Answers of ${endpoint} have no tokens; leave --max-tokens out.`);
  return { [maxTokensField]: maxTokens };
}

function bodyFor(endpoint: string): PromptBody {
  const body = BODIES.get(endpoint);
  if (body) return body;
  throw unfit(endpoint);
}

/** @throws CliError for an endpoint that prompts cannot be made requests of */
export function requirePromptEndpoint(endpoint: string): void {
  if (!BODIES.has(endpoint)) throw unfit(endpoint);
}

function unfit(endpoint: string): CliError {
  return new CliError(`Prompts cannot be sent to "${endpoint}". --endpoint may be: ${PROMPT_ENDPOINTS.join(', ')}.`);
}
