import { Controller } from '@nestjs/common';
import {
  consistencyProveSchema,
  inclusionProveSchema,
  Subject,
  type ConsistencyProof,
  type ConsistencyProve,
  type InclusionProof,
  type InclusionProve,
} from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { ProveEntriesHandler } from './prove-entries.handler.js';

@Controller()
export class ProveEntriesController {
  constructor(private readonly handler: ProveEntriesHandler) {}

  @AnswerQuery(Subject.auditInclusionProve, inclusionProveSchema)
  async inclusion(query: InclusionProve): Promise<InclusionProof> {
    return this.handler.proveInclusion(query);
  }

  @AnswerQuery(Subject.auditConsistencyProve, consistencyProveSchema)
  async consistency(query: ConsistencyProve): Promise<ConsistencyProof> {
    return this.handler.proveConsistency(query);
  }
}
