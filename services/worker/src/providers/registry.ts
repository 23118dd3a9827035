import { azure } from './azure/index.js';
import { bedrock } from './bedrock/index.js';
import { anthropic } from './anthropic/index.js';
import { cohere } from './cohere/index.js';
import { google } from './google/index.js';
import { mistral } from './mistral/index.js';
import { openai } from './openai/index.js';
import type { ProviderKind } from './provider.js';
import { sim } from './sim/index.js';
import { vertex } from './vertex/index.js';

/** Every kind of provider there is: a new one is a folder and a line here. */
export const providerKinds: readonly ProviderKind[] = [
  openai,
  sim,
  anthropic,
  google,
  vertex,
  mistral,
  cohere,
  azure,
  bedrock,
];
