import type { Attributes } from '@opentelemetry/api';

/** What is known of one model call. `operation` is `chat`, `embeddings`, …; `provider` is the configured provider's kind. */
export interface ModelCall {
  operation: string;
  provider: string;
  requestModel: string;
  responseModel?: string | undefined;
  inputTokens?: number | undefined;
  outputTokens?: number | undefined;
}

/**
 * The span attributes of a model call by the OpenTelemetry GenAI semantic conventions (semconv 1.40, development status,
 * hence literal names). What is undefined is left out, so it serves both at the start and at the end of a call.
 */
export function genAiAttributes(call: ModelCall): Attributes {
  const attributes: Attributes = {
    'gen_ai.operation.name': call.operation,
    'gen_ai.provider.name': call.provider,
    'gen_ai.request.model': call.requestModel,
  };
  if (call.responseModel !== undefined) attributes['gen_ai.response.model'] = call.responseModel;
  if (call.inputTokens !== undefined) attributes['gen_ai.usage.input_tokens'] = call.inputTokens;
  if (call.outputTokens !== undefined) attributes['gen_ai.usage.output_tokens'] = call.outputTokens;
  return attributes;
}
