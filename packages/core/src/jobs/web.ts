/** Page of a job in the web console (wire 4). */
export function jobUrl(baseUrl: string, jobId: string, workspaceId?: string): string {
  const path = `${baseUrl}/jobs/distributedTrainingDetail/${encode(jobId)}`;
  return workspaceId ? `${path}?spaceId=${encode(workspaceId)}` : path;
}

/** Page of the web console that lists a workspace's jobs (wire 4). */
export function jobListUrl(baseUrl: string, workspaceId?: string): string {
  const path = `${baseUrl}/jobs/distributedTraining`;
  return workspaceId ? `${path}?spaceId=${encode(workspaceId)}` : path;
}

// Half a character, which only a hostile answer holds, would make encodeURIComponent throw.
function encode(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd"));
}
