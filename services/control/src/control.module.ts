import { Module } from '@nestjs/common';

import { StorageModule } from '#libs/storage';

import { ApplyConfigurationHandler } from './apply-configuration/apply-configuration.handler.js';
import { ConfigurationInForce } from './apply-configuration/configuration-in-force.js';
import { ConfigurationRefusalsRepository } from './apply-configuration/configuration-refusals.repository.js';
import { ConfigurationVersionsRepository } from './apply-configuration/configuration-versions.repository.js';
import { controlSchema } from './control.schema.js';
import { SnapshotPublisher } from './publish-snapshot/snapshot-publisher.js';
import { SnapshotReconciler } from './publish-snapshot/snapshot-reconciler.js';
import { ResultsTrimming } from './trim-streams/results-trimming.js';
import { ConfigurationReloader } from './watch-configuration/configuration-reloader.js';

@Module({
  imports: [StorageModule.forService(controlSchema)],
  providers: [
    ApplyConfigurationHandler,
    ConfigurationInForce,
    ConfigurationVersionsRepository,
    ConfigurationRefusalsRepository,
    SnapshotPublisher,
    SnapshotReconciler,
    ConfigurationReloader,
    ResultsTrimming,
  ],
})
export class ControlModule {}
