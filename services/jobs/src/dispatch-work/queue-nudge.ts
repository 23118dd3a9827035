import { Injectable } from '@nestjs/common';
import { BatchNudge } from '../advance-batches/batch-nudge.js';

/** Says that work may be released now, instead of at the next look at the database. */
@Injectable()
export class QueueNudge extends BatchNudge {}
