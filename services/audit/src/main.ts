import { runService } from '#libs/runtime';
import { AuditModule } from './audit.module.js';

await runService({ name: 'audit', module: AuditModule });
