import { runService } from '#libs/runtime';
import { WorkerModule } from './worker.module.js';

await runService({ name: 'worker', module: WorkerModule, needsConfiguration: true });
