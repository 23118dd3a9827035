import { CliError } from '../cli.error.js';
import { DEFAULT_ENDPOINT, promptBody, tokenBound } from './prompt-body.policy.js';

/** `batch`: requests in OpenAI's batch format; `objects`: one JSON object a line with a prompt in it; `text`: plain prompts. */
export type InputKind = 'batch' | 'objects' | 'text';

/** How prompts become requests. */
export interface ConversionRules {
  readonly endpoint: string;
  readonly promptField: string;
  readonly model?: string | undefined;
  readonly maxTokens?: number | undefined;
}

/** What a file holds, by its first line that is not blank. Throws `CliError` where it cannot be used. */
export function kindOf(firstLine: string, { promptField }: Pick<ConversionRules, 'promptField'>): InputKind {
  const value = parsed(firstLine);
  if (!isObject(value)) return 'text';
  if ('custom_id' in value || 'body' in value) return 'batch';
  if (promptField in value) return 'objects';
  const fields = Object.keys(value).slice(0, 10).join(', ');
  throw new CliError(
    `The first line has no field "${promptField}" (it has: ${fields}). Name the field with --prompt-field.`,
  );
}

/** The endpoint that a batch file is for, by its first line; that of prompts where it says none. */
export function endpointOf(firstLine: string): string {
  const value = parsed(firstLine);
  const url = isObject(value) ? value['url'] : undefined;
  return typeof url === 'string' ? url : DEFAULT_ENDPOINT;
}

/** One line of input as one line of a batch. Throws `CliError` that names the line. */
export function toBatchLine(kind: InputKind, line: { line: number; text: string }, rules: ConversionRules): string {
  if (kind === 'batch') return withOptions(line, rules);
  const prompt = kind === 'text' ? plainPrompt(line.text) : promptOf(line, rules.promptField);
  const body = {
    model: rules.model,
    ...promptBody(rules.endpoint, prompt),
    ...tokenBound(rules.endpoint, rules.maxTokens),
  };
  return JSON.stringify({ custom_id: String(line.line), method: 'POST', url: rules.endpoint, body });
}

/** A plain file may hold JSON strings, one a line. */
function plainPrompt(text: string): string {
  const value = text.startsWith('"') ? parsed(text) : undefined;
  return typeof value === 'string' ? value : text;
}

function promptOf({ line, text }: { line: number; text: string }, field: string): string {
  const value = parsed(text);
  const prompt = isObject(value) ? value[field] : undefined;
  if (typeof prompt === 'string') return prompt;
  throw new CliError(
    `Line ${line} is not a JSON object with a text in "${field}". Correct it, or name the field with --prompt-field.`,
  );
}

/** Only lines that an option changes are rewritten; the server checks them. */
function withOptions(
  { line, text }: { line: number; text: string },
  { model, maxTokens, endpoint }: ConversionRules,
): string {
  if (model === undefined && maxTokens === undefined) return text;
  const value = parsed(text);
  if (!isObject(value) || !isObject(value['body'])) {
    throw new CliError(`Line ${line} is not a JSON object with a "body", as every line of a batch file is.`);
  }
  const body = {
    ...value['body'],
    ...(model === undefined ? {} : { model }),
    ...tokenBound(endpoint, maxTokens),
  };
  return JSON.stringify({ ...value, body });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
