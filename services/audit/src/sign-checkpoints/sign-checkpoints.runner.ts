import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Logger } from '#libs/telemetry';
import { RegularWork } from '../regular-work.js';
import { PublishCheckpointsHandler } from './publish-checkpoints.handler.js';
import { SignCheckpointsHandler } from './sign-checkpoints.handler.js';

const LOOK_EVERY_MILLISECONDS = 10_000;

/** Signs and publishes checkpoints as they fall due. */
@Injectable()
export class SignCheckpointsRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly regular: RegularWork;

  constructor(signer: SignCheckpointsHandler, publisher: PublishCheckpointsHandler, log: Logger) {
    this.regular = new RegularWork({
      everyMilliseconds: LOOK_EVERY_MILLISECONDS,
      work: async () => {
        await signer.signDue(Date.now());
        await publisher.publish();
      },
      onFailure: (error) => log.warn({ error }, 'checkpoints of the audit trail are not signed or published now'),
    });
  }

  onApplicationBootstrap(): void {
    this.regular.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.regular.stop();
  }
}
