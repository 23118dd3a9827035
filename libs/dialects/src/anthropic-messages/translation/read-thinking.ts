import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { z } from 'zod';
import type { MessagesRequest } from '../request-schema.js';
import { readBlock } from './block-schemas.js';
import { withOptions } from './cache-options.js';

const thinkingSchema = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('enabled'), budget_tokens: z.int().positive(), display: z.string().nullish() }),
  z.looseObject({ type: z.literal('adaptive'), display: z.enum(['summarized', 'omitted']).nullish() }),
  z.looseObject({ type: z.literal('between_tools') }),
  z.looseObject({ type: z.literal('disabled') }),
]);
type Thinking = z.infer<typeof thinkingSchema>;

const outputSchema = z.looseObject({
  effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).nullish(),
  format: z.looseObject({ type: z.literal('json_schema'), schema: z.record(z.string(), z.unknown()) }).nullish(),
});

/**
 * Reads how much the model is to think, and in what form it is to answer. Budgets become levels by their share of the answer:
 * the provider packages reckon 10 % of it as low, 30 % as medium and 60 % as high.
 */
export function readThinking(
  request: Pick<MessagesRequest, 'thinking' | 'output_config' | 'max_tokens'>,
): Pick<LanguageModelV4CallOptions, 'reasoning' | 'responseFormat' | 'providerOptions'> {
  const thinking = request.thinking ? readBlock(thinkingSchema, request.thinking, 'thinking') : undefined;
  const output = request.output_config ? readBlock(outputSchema, request.output_config, 'output_config') : {};
  const level = levelOf(thinking, { effort: output.effort, maxTokens: request.max_tokens });
  return {
    ...(level === undefined ? {} : { reasoning: level }),
    ...(output.format ? { responseFormat: { type: 'json', schema: output.format.schema } } : {}),
    ...withOptions(
      thinking && optionsOf(thinking),
      output.effort ? { anthropic: { effort: output.effort } } : undefined,
    ),
  };
}

function levelOf(
  thinking: Thinking | undefined,
  { effort, maxTokens }: { effort?: 'low' | 'medium' | 'high' | 'xhigh' | 'max' | null; maxTokens: number },
): LanguageModelV4CallOptions['reasoning'] {
  if (thinking?.type === 'disabled') return 'none';
  if (effort) return effort;
  if (thinking?.type !== 'enabled') return undefined;
  const share = thinking.budget_tokens / maxTokens;
  if (share < 0.2) return 'low';
  return share < 0.45 ? 'medium' : 'high';
}

function optionsOf(thinking: Thinking): LanguageModelV4CallOptions['providerOptions'] {
  if (thinking.type !== 'enabled' && thinking.type !== 'adaptive')
    return { anthropic: { thinking: { type: thinking.type } } };
  const how =
    thinking.type === 'enabled'
      ? { type: thinking.type, budgetTokens: thinking.budget_tokens }
      : { type: thinking.type, ...(thinking.display ? { display: thinking.display } : {}) };
  return {
    anthropic: { thinking: how },
    amazonBedrock: { reasoningConfig: how },
    google: { thinkingConfig: { includeThoughts: thinking.display !== 'omitted' } },
  };
}
