import { Injectable } from '@nestjs/common';
import { QueryRefused } from '#libs/messaging';
import { JobLimits } from '../job-limits.js';
import type { Tenant } from '../keep-batch/tenant.js';
import { FileRepository } from './file.repository.js';

/** How much the files of a project may hold together. */
@Injectable()
export class FileRoom {
  constructor(
    private readonly files: FileRepository,
    private readonly limits: JobLimits,
  ) {}

  /** Against floods: several at once may go beyond by themselves. @throws QueryRefused 413 */
  async require(owner: Pick<Tenant, 'organization' | 'project'>, bytes: number): Promise<void> {
    const { fileBytesPerProject: most } = this.limits;
    if ((await this.files.bytesOf(owner)) + bytes <= most) return;
    throw new QueryRefused({
      status: 413,
      code: 'file_storage_exceeded',
      message: `With this file those of the project would have more than ${most} bytes; delete some, or let them expire.`,
      param: 'file',
    });
  }
}
