import { Controller } from '@nestjs/common';
import { Subject, subjectEraseSchema, type SubjectErase, type SubjectErased } from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { EraseSubjectsHandler } from './erase-subjects.handler.js';

/** Only the bootstrap key gets here (the edge sees to that). */
@Controller()
export class EraseSubjectsController {
  constructor(private readonly handler: EraseSubjectsHandler) {}

  @AnswerQuery(Subject.auditSubjectErase, subjectEraseSchema)
  async erase(command: SubjectErase): Promise<SubjectErased> {
    return this.handler.erase(command);
  }
}
