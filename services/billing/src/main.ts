import { runService } from '#libs/runtime';
import { BillingModule } from './billing.module.js';

await runService({ name: 'billing', module: BillingModule });
