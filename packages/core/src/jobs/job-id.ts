import { inputError } from "../errors/input-errors.ts";
import { jobIdSchema } from "../schemas/job-ref.ts";
import type { Job } from "../schemas/job.ts";
import { excerpt } from "../text/text.ts";

/** A job that is known by its id. */
export type IdentifiedJob = Job & { job_id: string };

/** Gives a job the id that it is known by, as its caller writes it. */
export function withId(job: Job, jobId: string): IdentifiedJob {
  return { ...job, job_id: jobId };
}

/** Whether later calls can name a job by this id. */
export function isJobId(jobId: string | undefined): jobId is string {
  return jobIdSchema().safeParse(jobId).success;
}

/** What is wrong with a job id, as the end of a sentence. */
export function findJobIdProblem(jobId: string): string | undefined {
  return jobIdSchema().safeParse(jobId).error?.issues[0]?.message;
}

/** Checks a job id that a caller gave. @throws {InputError} it is none, or cut off. */
export function checkJobId(jobId: string): string {
  const parsed = jobIdSchema().safeParse(jobId);
  if (parsed.success) return parsed.data;
  const shown = excerpt(String(jobId), 100);
  // Only the check for a cut-off id is a rule of our own.
  const isCutOff = parsed.error.issues[0]?.code === "custom";
  throw isCutOff
    ? inputError("job_id_cut_off", { jobId: shown, length: String(jobId).length })
    : inputError("job_id_form", { jobId: shown });
}

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
