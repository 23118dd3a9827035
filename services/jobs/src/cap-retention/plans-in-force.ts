import { Injectable } from '@nestjs/common';
import { SnapshotWatch } from '#libs/messaging';
import { PlanTerms } from '#libs/permission';

/** What the plans of projects have and keep, under the configuration in force. */
@Injectable()
export class PlansInForce extends PlanTerms {
  constructor(watch: SnapshotWatch) {
    super();
    watch.onChange((snapshot) => this.follow(snapshot));
  }
}
