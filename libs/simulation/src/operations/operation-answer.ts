import type { SimulatedUsage } from '../chat/simulated-answer.js';

/** What a simulated operation answers. */
export interface OperationAnswer {
  readonly contentType: string;
  readonly body: Uint8Array;
  readonly usage: SimulatedUsage;
}

/** An answer of JSON that has cost some prompt tokens and no completion. */
export function jsonAnswer(value: unknown, promptTokens: number, completionTokens = 0): OperationAnswer {
  return {
    contentType: 'application/json',
    body: Buffer.from(JSON.stringify(value)),
    usage: { promptTokens, completionTokens },
  };
}
