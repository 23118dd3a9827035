import { freePort, startChildService, Supervisor, type ChildProcess } from '#libs/local-stack';
import { eventually } from '#libs/testing';

import { PROJECT_FOLDER } from '../../journeys/project-folder.js';
import type { ServiceName } from '../strikes.js';
import type { FaultGround } from './fault-ground.js';

const STOP_WITHIN_MILLISECONDS = 40_000;
const READY_WITHIN_MILLISECONDS = 60_000;

/** One more process of a service, as on a second machine: supervised, with a port of its own where it has one. */
export class ExtraService {
  private constructor(
    readonly name: ServiceName,
    readonly port: number,
    private readonly supervisor: Supervisor<ChildProcess>,
  ) {}

  static async start(ground: FaultGround, name: ServiceName): Promise<ExtraService> {
    const port = await freePort();
    const environment = ground.environmentOfService(name, port);
    const onOutput = (): void => undefined;
    const supervisor = new Supervisor(name, () =>
      startChildService({ name, projectFolder: PROJECT_FOLDER, environment, onOutput }),
    );
    await supervisor.start();
    return new ExtraService(name, port, supervisor);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Of an ingress: waits until it answers that it is ready. */
  async untilReady(): Promise<void> {
    await eventually(
      async () => {
        const answer = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(5_000) });
        if (answer.status !== 200) throw new Error(`not ready: ${await answer.text()}`);
      },
      { withinMilliseconds: READY_WITHIN_MILLISECONDS, everyMilliseconds: 100 },
    );
  }

  /** kill -9. Resolves when its successor has been started. */
  async kill(): Promise<void> {
    const pid = this.supervisor.child?.pid;
    if (pid === undefined) throw new Error(`there is no second ${this.name} to kill`);
    process.kill(pid, 'SIGKILL');
    await eventually(
      () => {
        const now = this.supervisor.child?.pid;
        if (now === undefined || now === pid) throw new Error(`the second ${this.name} has not been started again`);
      },
      { withinMilliseconds: READY_WITHIN_MILLISECONDS },
    );
  }

  /** Ends it, politely first; gives its exit code. */
  async stop(): Promise<number | null | undefined> {
    return (await this.supervisor.stop(STOP_WITHIN_MILLISECONDS))?.code;
  }
}
