import type { ConsumerDefinition } from '#libs/contracts';
import type { ZodType } from 'zod';

/** Reads a message's bytes; throws where they are not what they should be. */
export type Decode = (data: Uint8Array) => unknown;

/** Identifies Switchyard's transport to Nest. */
export const NATS_TRANSPORT = Symbol('switchyard-nats');

/** How a handler method is bound to NATS; what the decorators leave behind for the transport strategy. */
export type Binding =
  | { kind: 'subscribe'; subject: string; queue?: string }
  | { kind: 'answer'; subject: string; query: ZodType }
  | { kind: 'each'; consumer: ConsumerDefinition; concurrency: number }
  | { kind: 'batch'; consumer: ConsumerDefinition; size: number; decode: Decode; lingerMilliseconds?: number };

/** A bound handler, called with what its kind of binding promises; rejects with the very error the method threw. */
export type BoundHandler = (argument: unknown) => Promise<unknown>;
