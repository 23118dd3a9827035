import type { SharedV4ProviderMetadata } from '@ai-sdk/provider';
import { thoughtSignatureOf } from './signed-reasoning.js';

/** The signature of a call where Google's own endpoint of this dialect puts it. */
export interface SignedCall {
  extra_content?: { google: { thought_signature: string } };
}

/** What a call of a tool must bear when it is sent back. */
export function signedCall(metadata: SharedV4ProviderMetadata | undefined): SignedCall {
  const signature = thoughtSignatureOf(metadata);
  return signature === undefined ? {} : { extra_content: { google: { thought_signature: signature } } };
}
