import { Injectable } from '@nestjs/common';

/** Classes of work, the first before the others; a lower one still gets a little while higher ones wait. */
export const PRIORITIES = ['high', 'normal', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** Work of one owner that waits for its turn, as one thing with one deadline: a batch, or single jobs alike in all this. */
export interface QueuedWork {
  /** Unique within its source. */
  readonly id: string;
  readonly organization: string;
  readonly project: string;
  readonly priority: Priority;
  /** Until when it is to be done. Within a project the nearer goes first. */
  readonly deadline: Date;
  /** The public model of all its requests; null where they name several. */
  readonly model: string | null;
  /** Requests that may be released now. */
  readonly waiting: number;
  /** Requests that were released and have not ended. */
  readonly underWay: number;
  /** How much its project gets beside others of the same class, each of which has its own; 1 where nothing is said. */
  readonly share?: number;
}

/** Why work of one owner has to wait, though there would be room for it. */
export interface WorkRest {
  readonly reason: 'limit' | 'budget' | 'pause' | 'provider';
  /** Of what, as people read it. */
  readonly words: string;
  /** For how long at least it is not asked for again. */
  readonly milliseconds: number;
}

/** How work is released. */
export interface ReleaseOrder {
  /** At most so many requests. */
  readonly count: number;
  /** Providers that an operator has paused: put into the requests' facts, so that the router leaves them out. */
  readonly avoid: readonly string[];
  /** Models that an operator has paused, where the work is for several. */
  readonly pausedModels: readonly string[];
  /** The name under which this process holds the right to release; to be checked in the statement that notes the release. */
  readonly holder: string;
  /** To be told why fewer are released than might be: others are released meanwhile. */
  readonly rest: (why: WorkRest) => void;
  /** Aborts when that right is lost or the process stops. */
  readonly signal: AbortSignal;
}

/** Where work comes from. All of it is kept in Postgres: any process may be the one that releases, and a new one takes over. */
export interface WorkSource {
  /** A short name that tells sources apart. */
  readonly name: string;
  /** All work that waits or is under way. Read several times a second: one statement, on an index. */
  survey(): Promise<readonly QueuedWork[]>;
  /**
   * Puts requests of this work on their way to the router and notes it; resolves to their number. What is released twice after
   * a crash must be the same request by its id. Throws where nothing can be released now; it is asked again.
   */
  release(work: QueuedWork, order: ReleaseOrder): Promise<number>;
}

/** The sources of this service. Each adds itself when its module starts. */
@Injectable()
export class WorkSources {
  private readonly sources: WorkSource[] = [];

  add(source: WorkSource): void {
    if (this.sources.some(({ name }) => name === source.name))
      throw new Error(`a source ${source.name} is there already`);
    this.sources.push(source);
  }

  all(): readonly WorkSource[] {
    return this.sources;
  }
}
