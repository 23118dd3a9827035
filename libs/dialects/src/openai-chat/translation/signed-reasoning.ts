import type { LanguageModelV4ReasoningPart, SharedV4ProviderMetadata, SharedV4ProviderOptions } from '@ai-sdk/provider';
import type { ReasoningDetail } from './request-shape.js';

/** Whose signature it is, in OpenRouter's words where it has one. */
const ANTHROPIC = 'anthropic-claude-v1';
const GOOGLE = 'google-gemini-v1';
const BEDROCK = 'amazon-bedrock-v1';

/** An item of `reasoning_details`: reasoning with the signature it must bear when it is sent back. */
export type SignedReasoning =
  | { type: 'reasoning.text'; text: string; signature: string; format: string }
  | { type: 'reasoning.encrypted'; data: string; format: string };

/** What a provider wants back with a part of its answer. */
interface Seal {
  signature?: unknown;
  redactedData?: unknown;
  redactedContent?: unknown;
  thoughtSignature?: unknown;
}

/** The signature of Gemini on a part of an answer, where it bears one. */
export function thoughtSignatureOf(metadata: SharedV4ProviderMetadata | undefined): string | undefined {
  return textOf(sealOf(metadata).thoughtSignature);
}

/** Reasoning as it is given to a caller to be sent back; undefined for reasoning that bears no signature. */
export function signedReasoning(
  text: string,
  metadata: SharedV4ProviderMetadata | undefined,
): SignedReasoning | undefined {
  const seal = sealOf(metadata);
  const signature = textOf(seal.signature);
  if (signature !== undefined) return { type: 'reasoning.text', text, signature, format: ANTHROPIC };
  const redacted = textOf(seal.redactedData);
  if (redacted !== undefined) return { type: 'reasoning.encrypted', data: redacted, format: ANTHROPIC };
  const content = textOf(seal.redactedContent);
  if (content !== undefined) return { type: 'reasoning.encrypted', data: content, format: BEDROCK };
  const thought = textOf(seal.thoughtSignature);
  return thought === undefined ? undefined : { type: 'reasoning.text', text, signature: thought, format: GOOGLE };
}

/** Gemini signs text as well; the signature goes into `reasoning_details`, and back to the text from there. */
export function signedText(metadata: SharedV4ProviderMetadata | undefined): SignedReasoning | undefined {
  const data = thoughtSignatureOf(metadata);
  return data === undefined ? undefined : { type: 'reasoning.encrypted', data, format: GOOGLE };
}

/** The signature that Gemini put on the text of a message, from the message's details. */
export function textSignatureIn(details: readonly ReasoningDetail[]): string | undefined {
  const detail = details.find(({ type, format }) => type === 'reasoning.encrypted' && format === GOOGLE);
  return textOf(detail?.data);
}

/** The options by which Gemini's packages take a signature back. */
export function thoughtSignature(signature: string): SharedV4ProviderOptions {
  return { google: { thoughtSignature: signature } };
}

/** A detail as the part it was made of; undefined for one that is not reasoning by itself. */
export function readSignedReasoning(detail: ReasoningDetail): LanguageModelV4ReasoningPart | undefined {
  const { format } = detail;
  const text = detail.text ?? detail.summary ?? '';
  const data = textOf(detail.data);
  if (detail.type === 'reasoning.encrypted') {
    if (data === undefined || format === GOOGLE) return undefined;
    return { type: 'reasoning', text: '', providerOptions: redactedOptions(data, format) };
  }
  const signature = textOf(detail.signature);
  if (signature === undefined) return text === '' ? undefined : { type: 'reasoning', text };
  return {
    type: 'reasoning',
    text,
    providerOptions:
      format === GOOGLE ? thoughtSignature(signature) : { anthropic: { signature }, amazonBedrock: { signature } },
  };
}

/** Bedrock takes the reasoning of Anthropic's models in either of two forms, as it gave it. */
function redactedOptions(data: string, format: string | null | undefined): SharedV4ProviderOptions {
  if (format === BEDROCK) return { amazonBedrock: { redactedContent: data } };
  return { anthropic: { redactedData: data }, amazonBedrock: { redactedData: data } };
}

/** Packages put the same under several names; one of them is enough. */
function sealOf(metadata: SharedV4ProviderMetadata | undefined): Seal {
  for (const seal of Object.values(metadata ?? {}) as (Seal | undefined)[]) {
    if (seal?.signature ?? seal?.redactedData ?? seal?.redactedContent ?? seal?.thoughtSignature) return seal ?? {};
  }
  return {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
