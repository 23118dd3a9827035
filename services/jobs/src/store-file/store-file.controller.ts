import { Controller } from '@nestjs/common';
import {
  fileCreateSchema,
  fileListSchema,
  fileReadSchema,
  Subject,
  type FileCreate,
  type FileDeleted,
  type FileList,
  type FileLocation,
  type FileObject,
  type FilePage,
  type FileRead,
  type Made,
} from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { StoreFileHandler } from './store-file.handler.js';

@Controller()
export class StoreFileController {
  constructor(private readonly handler: StoreFileHandler) {}

  @AnswerQuery(Subject.fileCreate, fileCreateSchema)
  create(query: FileCreate): Promise<Made<FileObject>> {
    return this.handler.create(query);
  }

  @AnswerQuery(Subject.fileRead, fileReadSchema)
  read(query: FileRead): Promise<FileLocation> {
    return this.handler.locate(query);
  }

  @AnswerQuery(Subject.fileDelete, fileReadSchema)
  delete(query: FileRead): Promise<FileDeleted> {
    return this.handler.delete(query);
  }

  @AnswerQuery(Subject.fileList, fileListSchema)
  list(query: FileList): Promise<FilePage> {
    return this.handler.list(query);
  }
}
