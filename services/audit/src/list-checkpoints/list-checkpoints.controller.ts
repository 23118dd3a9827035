import { Controller } from '@nestjs/common';
import {
  auditKeyListSchema,
  auditKeyRotateSchema,
  checkpointListSchema,
  Subject,
  type AuditKeyList,
  type AuditKeyPage,
  type AuditKeyRotate,
  type CheckpointList,
  type CheckpointPage,
} from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { ListCheckpointsHandler } from './list-checkpoints.handler.js';

@Controller()
export class ListCheckpointsController {
  constructor(private readonly handler: ListCheckpointsHandler) {}

  @AnswerQuery(Subject.auditCheckpointList, checkpointListSchema)
  async list(query: CheckpointList): Promise<CheckpointPage> {
    return this.handler.list(query);
  }

  @AnswerQuery(Subject.auditKeyList, auditKeyListSchema)
  async keys(query: AuditKeyList): Promise<AuditKeyPage> {
    return this.handler.keys(query);
  }

  @AnswerQuery(Subject.auditKeyRotate, auditKeyRotateSchema)
  async rotate(query: AuditKeyRotate): Promise<AuditKeyPage> {
    return this.handler.rotate(query);
  }
}
