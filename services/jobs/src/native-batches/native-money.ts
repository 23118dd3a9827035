import { Injectable } from '@nestjs/common';
import type { BundledRequest } from '#libs/contracts';
import { DurableHolds } from '../hold-money/durable-holds.js';
import { SteeredLinesRepository } from '../hold-money/steered-lines.repository.js';
import { lastingOf, steeringOf } from '../hold-money/steering.js';
import type { Batch } from '../keep-batch/batch.js';
import { lineOfRequest } from '../keep-batch/batch-identifiers.policy.js';
import type { NativeBatch } from './native-batch.js';
import { NativeBatchRepository } from './native-batch.repository.js';

/** Sets money aside for lines before they go to a provider's batch API. */
@Injectable()
export class NativeMoney {
  constructor(
    private readonly holds: DurableHolds,
    private readonly steered: SteeredLinesRepository,
    private readonly natives: NativeBatchRepository,
  ) {}

  /**
   * Those of the requests that go to the provider; undefined where they have to wait. A line that its budget leads elsewhere, to another
   * model or other targets, is not what this batch is for: it goes online there, under the hold that was made for it.
   */
  async held(
    batch: Batch,
    native: NativeBatch,
    requests: readonly BundledRequest[],
  ): Promise<readonly BundledRequest[] | undefined> {
    if (!this.holds.areNeededFor(batch)) return requests;
    const lines = requests.map(({ facts }) => lineOfRequest(facts.requestId));
    const known = await this.steered.among(batch, lines);
    const asked = requests.filter(({ facts }) => !known.has(facts.requestId));
    const placed = await this.holds.place(asked.map(({ facts }) => facts));
    const steering = steeringOf(placed) ?? new Map();
    const isLed = ({ facts: { requestId } }: BundledRequest): boolean =>
      known.has(requestId) || lastingOf(steering.get(requestId)) !== undefined;
    await this.steered.note(batch, lines, steering);
    const led = requests.filter(isLed);
    if (led.length > 0)
      await this.natives.giveBack(
        native.id,
        led.map(({ facts }) => lineOfRequest(facts.requestId)),
      );
    return placed.length < asked.length ? undefined : requests.filter((request) => !isLed(request));
  }
}
