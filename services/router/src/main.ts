import { runService } from '#libs/runtime';
import { RouterModule } from './router.module.js';

await runService({ name: 'router', module: RouterModule, needsConfiguration: true, needsKeys: true });
