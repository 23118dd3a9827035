import type { ModuleMetadata } from '@nestjs/common';
import { CapRetentionRepository } from './cap-retention/cap-retention.repository.js';
import { CapRetentionRunner } from './cap-retention/cap-retention.runner.js';
import { DropFilesHandler } from './drop-files/drop-files.handler.js';
import { DropFilesRunner } from './drop-files/drop-files.runner.js';
import { DroppedFilesRepository } from './drop-files/dropped-files.repository.js';
import { FileRoom } from './store-file/file-room.js';
import { FileRepository } from './store-file/file.repository.js';
import { StoreFileController } from './store-file/store-file.controller.js';
import { StoreFileHandler } from './store-file/store-file.handler.js';

/** Files of callers, and how long anything of theirs is kept. */
export const FILES = {
  controllers: [StoreFileController],
  providers: [
    CapRetentionRepository,
    CapRetentionRunner,
    DropFilesHandler,
    DropFilesRunner,
    DroppedFilesRepository,
    FileRepository,
    FileRoom,
    StoreFileHandler,
  ],
} satisfies ModuleMetadata;
