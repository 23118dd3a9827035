/** Every id that belongs to a job follows from its request's, so that doing a thing twice names it the same. */
export const jobIdentifiers = {
  job: (requestId: string) => `job_${tokenOf(requestId)}`,
  bodyBlob: (jobId: string) => `jobs/${jobId}/body`,
  resultBlob: (jobId: string) => `jobs/${jobId}/result`,
};

function tokenOf(requestId: string): string {
  return requestId.slice('req_'.length);
}
