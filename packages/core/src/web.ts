/** Page of a job in the web console (wire-facts 4). */
export function jobUrl(baseUrl: string, jobId: string, workspaceId?: string): string {
  const path = `${baseUrl}/jobs/distributedTrainingDetail/${encodeURIComponent(jobId)}`;
  return workspaceId ? `${path}?spaceId=${encodeURIComponent(workspaceId)}` : path;
}

/** Page of the web console that lists a workspace's jobs (wire-facts 4). */
export function jobListUrl(baseUrl: string, workspaceId?: string): string {
  const path = `${baseUrl}/jobs/distributedTraining`;
  return workspaceId ? `${path}?spaceId=${encodeURIComponent(workspaceId)}` : path;
}
