import { Injectable } from '@nestjs/common';
import { SnapshotWatch } from '#libs/messaging';
import type { QueuedWork } from './work-source.js';

/** What the configuration says of how much projects get of durable work beside each other. */
@Injectable()
export class ProjectShares {
  private shares: ReadonlyMap<string, number> = new Map();

  constructor(watch: SnapshotWatch) {
    watch.onChange(({ organizations = [] }) => {
      const entries = organizations.flatMap(({ name: organization, projects }) =>
        projects.flatMap(({ name, share }): [string, number][] =>
          share === undefined ? [] : [[`${organization}/${name}`, share]],
        ),
      );
      this.shares = new Map(entries);
    });
  }

  /** The same work, with the share of its project. */
  with<Work extends QueuedWork>(work: Work): Work {
    const share = this.shares.get(`${work.organization}/${work.project}`);
    return share === undefined ? work : { ...work, share };
  }
}
