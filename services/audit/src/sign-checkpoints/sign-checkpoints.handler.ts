import { Injectable } from '@nestjs/common';
import { signCheckpoint } from '#libs/merkle';
import { CheckpointsRepository, type SignedCheckpoint } from './checkpoints.repository.js';
import { isCheckpointDue } from './due.policy.js';
import { SigningKeys } from './signing-keys.js';

/** Signs what the logs hold. */
@Injectable()
export class SignCheckpointsHandler {
  constructor(
    private readonly checkpoints: CheckpointsRepository,
    private readonly keys: SigningKeys,
  ) {}

  /** Signs the logs that are due, unless another process does; returns how many those were. */
  async signDue(now: number): Promise<number> {
    const due = await this.checkpoints.alone(async (transaction) =>
      (await this.checkpoints.states(transaction)).filter((state) => isCheckpointDue(state, now)),
    );
    for (const { organization } of due ?? []) await this.sign(organization, now);
    return due?.length ?? 0;
  }

  /** A checkpoint over everything that an organisation's log holds now; undefined where it holds nothing. */
  async sign(organization: string, now: number): Promise<SignedCheckpoint | undefined> {
    const head = await this.checkpoints.head(organization);
    if (!head || head.size === 0) return undefined;
    const origin = this.keys.originOf(organization);
    const note = signCheckpoint({ origin, size: head.size, root: head.root, time: now }, await this.keys.current());
    const checkpoint = { organization, size: head.size, signedAt: new Date(now), note };
    await this.checkpoints.add(checkpoint);
    return checkpoint;
  }

  /** A checkpoint over at least so many entries that was signed before. */
  async known(organization: string, size: number): Promise<SignedCheckpoint | undefined> {
    return this.checkpoints.covering(organization, size);
  }

  /** A checkpoint over at least so many entries, signed now if none was; undefined where the log is shorter. */
  async covering(organization: string, size: number): Promise<SignedCheckpoint | undefined> {
    const known = await this.known(organization, size);
    if (known) return known;
    const signed = await this.sign(organization, Date.now());
    return signed && signed.size >= size ? signed : undefined;
  }
}
