import { Consumer, type ConsumerDefinition } from '#libs/contracts';
import type { ConsumerProgress } from '#libs/messaging';

/**
 * A call that goes on to its next target is a new message behind those that were there: so many of these steps are followed
 * while calls come and go. Whoever needs more of them is called once too often, under the same request id.
 */
const STEPS_FROM_TARGET_TO_TARGET = 4;

/** What a request passes on its way to its result. */
const WAY: readonly ConsumerDefinition[] = [
  Consumer.router,
  ...Array.from({ length: STEPS_FROM_TARGET_TO_TARGET }, () => Consumer.worker),
  Consumer.jobs,
];

interface Probe<Note> {
  readonly note: Note;
  stage: number;
  /** The end of the stage's stream when the probe came to it, and which making of the stream that is a position of. */
  target: Pick<ConsumerProgress, 'lastSequence' | 'streamMadeAt'> | undefined;
}

/**
 * Follows everything that is on its way at one moment through one queue after the other, while new work comes behind it. Where
 * the end of a queue was when the last one had been settled, there the consumer has to arrive: each hands a message on before
 * it settles it. What was on its way at the moment of the note and has no result when the probe arrives was lost.
 */
export class PassageWatch<Note> {
  private probe: Probe<Note> | undefined;

  /** `begin` notes what is on its way; it is asked before any queue is looked at. `progressOf` tells how far a consumer is. */
  constructor(
    private readonly begin: () => Promise<Note>,
    private readonly progressOf: (consumer: ConsumerDefinition) => Promise<ConsumerProgress>,
  ) {}

  /** Goes on as far as the consumers have come. The note of a probe that has arrived, once; another begins at the next look. */
  async look(): Promise<Note | undefined> {
    this.probe ??= { note: await this.begin(), stage: 0, target: undefined };
    const { probe } = this;
    for (;;) {
      const consumer = WAY[probe.stage];
      if (!consumer) break;
      const progress = await this.progressOf(consumer);
      // A stream that was made again has lost what was followed in it: only what it holds now can still arrive.
      if (probe.target?.streamMadeAt !== progress.streamMadeAt) probe.target = progress;
      if (progress.settledSequence < probe.target.lastSequence) return undefined;
      probe.stage = progress.hasNothingLeft ? firstStageAfter(consumer) : probe.stage + 1;
      probe.target = undefined;
    }
    this.probe = undefined;
    return probe.note;
  }
}

/** Nothing before a consumer, nothing that it handed on to itself. */
function firstStageAfter(consumer: ConsumerDefinition): number {
  return WAY.lastIndexOf(consumer) + 1;
}
