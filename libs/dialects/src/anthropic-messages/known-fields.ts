import { OWN_MEMBERS } from '../caller-wishes/own-fields.js';

/** The fields of a Messages request (`MessageCreateParams` of `@anthropic-ai/sdk`). A count of tokens has fewer. */
export const MESSAGES_FIELDS: ReadonlySet<string> = new Set([
  'cache_control',
  'container',
  'diagnostics',
  'inference_geo',
  'max_tokens',
  'messages',
  'metadata',
  'model',
  'output_config',
  'service_tier',
  'speed',
  'stop_sequences',
  'stream',
  'system',
  'thinking',
  'tool_choice',
  'tools',
  'user_profile_id',
  'workspace_id',
  ...OWN_MEMBERS,
]);
