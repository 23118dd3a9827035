import { runService } from '#libs/runtime';
import { JobsModule } from './jobs.module.js';

await runService({ name: 'jobs', module: JobsModule });
