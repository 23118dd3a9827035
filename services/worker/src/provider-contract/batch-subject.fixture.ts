import type { ProviderKind } from '../providers/provider.js';
import type { ContractCaller } from './contract-caller.fixture.js';
import type { Reply, SeenRequest } from './provider-server.fixture.js';

/** What came of a request: as the provider would have answered it online, or nothing. */
export type ScriptedResult = { readonly status: number; readonly body: unknown } | 'expired' | 'cancelled';

/** A batch as the scripted server of a provider holds it. */
export interface ScriptedBatch {
  readonly id: string;
  readonly name: string | undefined;
  /** The model that the batch or its requests name. */
  readonly model: unknown;
  /** Bodies of the requests, by the names they have in the batch. */
  readonly requests: ReadonlyMap<string, unknown>;
  status: 'running' | 'cancelling' | 'ended' | 'expired' | 'cancelled' | 'failed';
  readonly results: Map<string, ScriptedResult>;
}

/** The batch API of a provider, in its wire format, with batches that do what a test says. */
export interface BatchWire {
  reply(request: SeenRequest): Reply;
  readonly batches: ScriptedBatch[];
  /** What is kept: files, or batches that were not deleted. */
  kept(): number;
}

/** A kind of provider with a batch API under the contract. */
export interface BatchSubject {
  readonly kind: ProviderKind;
  readonly credential: string;
  /** What of the credential goes over the wire; all of it where it is absent. */
  readonly credentialSent?: string;
  readonly model: string;
  options(origin: string): object;
  readonly callers: readonly ContractCaller[];
  /** An answer to a question of text, in the provider's own wire format, as it comes online. */
  readonly answer: unknown;
  readonly refusal: { readonly status: number; readonly body: unknown };
  /** Where the provider keeps names of batches. */
  readonly keepsNames: boolean;
  /** Whether a batch may fail as a whole. */
  readonly canFail: boolean;
  readonly unknownId: string;
  wire(): BatchWire;
}
