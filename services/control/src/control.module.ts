import { Module } from '@nestjs/common';

import { StorageModule } from '#libs/storage';

import { ApplyConfigurationHandler } from './apply-configuration/apply-configuration.handler.js';
import { ConfigurationInForce } from './apply-configuration/configuration-in-force.js';
import { ConfigurationRefusalsRepository } from './apply-configuration/configuration-refusals.repository.js';
import { ConfigurationVersionsRepository } from './apply-configuration/configuration-versions.repository.js';
import { ChangePoliciesHandler } from './change-policies/change-policies.handler.js';
import { ListPoliciesHandler } from './change-policies/list-policies.handler.js';
import { PoliciesController } from './change-policies/policies.controller.js';
import { controlSchema } from './control.schema.js';
import { SnapshotPublisher } from './publish-snapshot/snapshot-publisher.js';
import { SnapshotReconciler } from './publish-snapshot/snapshot-reconciler.js';
import { ReplayPolicyController } from './replay-policy/replay-policy.controller.js';
import { ReplayPolicyHandler } from './replay-policy/replay-policy.handler.js';
import { ResultsTrimming } from './trim-streams/results-trimming.js';
import { ConfigurationReloader } from './watch-configuration/configuration-reloader.js';

@Module({
  imports: [StorageModule.forService(controlSchema)],
  controllers: [PoliciesController, ReplayPolicyController],
  providers: [
    ApplyConfigurationHandler,
    ConfigurationInForce,
    ConfigurationVersionsRepository,
    ConfigurationRefusalsRepository,
    SnapshotPublisher,
    SnapshotReconciler,
    ConfigurationReloader,
    ResultsTrimming,
    ChangePoliciesHandler,
    ListPoliciesHandler,
    ReplayPolicyHandler,
  ],
})
export class ControlModule {}
