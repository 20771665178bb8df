import { isJobId } from "./job-id.ts";

/** Page of a job in the web console (wire 4). */
export function jobUrl(baseUrl: string, jobId: string, workspaceId?: string): string {
  return withSpace(`${baseUrl}/jobs/distributedTrainingDetail/${encode(jobId)}`, workspaceId);
}

/** Page of the web console that lists a workspace's jobs (wire 4). */
export function jobListUrl(baseUrl: string, workspaceId?: string): string {
  return withSpace(`${baseUrl}/jobs/distributedTraining`, workspaceId);
}

/** The job of a page of this platform's web console, where a text is the URL of one; else the text. */
export function fromJobPage(text: string, baseUrl: string): string {
  if (!/^https?:/i.test(text) || !URL.canParse(text) || !URL.canParse(baseUrl)) return text;
  const { host, pathname } = new URL(text);
  const id = /\/distributedTrainingDetail\/([\w.-]+)\/?$/.exec(pathname)?.[1] ?? "";
  return host === new URL(baseUrl).host && isJobId(id) ? id : text;
}

// What is no id leads nowhere, and may be anything that somebody wrote into a job.
function withSpace(path: string, workspaceId = ""): string {
  return /^[\w-]{1,100}$/.test(workspaceId) ? `${path}?spaceId=${workspaceId}` : path;
}

// Half a character, which only a hostile answer holds, would make encodeURIComponent throw.
function encode(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd"));
}
