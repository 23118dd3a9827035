import { Injectable } from '@nestjs/common';
import { BatchNudge } from '../advance-batches/batch-nudge.js';

/** Says that a job may be put on its way now, instead of at the next look at the database. */
@Injectable()
export class DispatchNudge extends BatchNudge {}
