import { openai } from './openai/index.js';
import type { ProviderKind } from './provider.js';
import { sim } from './sim/index.js';

/** Every kind of provider there is: a new one is a folder and a line here. */
export const providerKinds: readonly ProviderKind[] = [openai, sim];
