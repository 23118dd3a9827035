/**
 * Every id that belongs to a batch follows from the batch's own, so that doing a thing twice names it the same: the same
 * request id for a line that is published again, the same file id for an output that is written again.
 */
export const batchIdentifiers = {
  batch: (token: string) => `batch_${token}`,
  messageBatch: (token: string) => `msgbatch_${token}`,
  request: (batchId: string, line: number) => `req_${tokenOf(batchId)}_${line}`,
  answer: (batchId: string, line: number) => `batch_req_${tokenOf(batchId)}_${line}`,
  outputFile: (batchId: string) => `file-${tokenOf(batchId)}-output`,
  inputFile: (batchId: string) => `file-${tokenOf(batchId)}-input`,
  resultsFile: (batchId: string) => `file-${tokenOf(batchId)}-results`,
  errorFile: (batchId: string) => `file-${tokenOf(batchId)}-errors`,
};

/** The line that a request id of a batch stands for. */
export function lineOfRequest(requestId: string): number {
  return Number(requestId.slice(requestId.lastIndexOf('_') + 1));
}

function tokenOf(batchId: string): string {
  return batchId.slice(batchId.indexOf('_') + 1);
}
