import { runService } from '#libs/runtime';

import { ControlModule } from './control.module.js';

await runService({ name: 'control', module: ControlModule });
