import { Injectable } from '@nestjs/common';

/** Lets one part of this process say that a batch may need work now, instead of at the next look at the database. */
@Injectable()
export class BatchNudge {
  private wake: (() => void) | undefined;
  private nudged = false;

  nudge(): void {
    this.nudged = true;
    this.wake?.();
  }

  /** Resolves at the next nudge (at once if one came since the last wait), after `milliseconds`, or when aborted. */
  async wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (!this.nudged && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
        signal.addEventListener('abort', this.wake, { once: true });
      });
      if (this.wake) signal.removeEventListener('abort', this.wake);
      this.wake = undefined;
    }
    this.nudged = false;
  }
}
