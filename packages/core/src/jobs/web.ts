/** Page of a job in the web console (wire 4). */
export function jobUrl(baseUrl: string, jobId: string, workspaceId?: string): string {
  return withSpace(`${baseUrl}/jobs/distributedTrainingDetail/${encode(jobId)}`, workspaceId);
}

/** Page of the web console that lists a workspace's jobs (wire 4). */
export function jobListUrl(baseUrl: string, workspaceId?: string): string {
  return withSpace(`${baseUrl}/jobs/distributedTraining`, workspaceId);
}

// What is no id leads nowhere, and may be anything that somebody wrote into a job.
function withSpace(path: string, workspaceId = ""): string {
  return /^[\w-]{1,100}$/.test(workspaceId) ? `${path}?spaceId=${workspaceId}` : path;
}

// Half a character, which only a hostile answer holds, would make encodeURIComponent throw.
function encode(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd"));
}
