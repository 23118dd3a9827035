/** Another process, or a cancellation, was faster; the next look at the batch's row tells what to do. */
export class BatchTakenAway extends Error {
  override readonly name = 'BatchTakenAway';
  readonly retryable = true;

  constructor(batchId: string) {
    super(`Batch ${batchId} changed state or hands while it was worked on; its row says how it goes on`);
  }
}
