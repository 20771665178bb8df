import { inputError } from "../errors/input-errors.ts";
import { JobIdSchema } from "../schemas/job-ref.ts";
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
  return JobIdSchema.safeParse(jobId).success;
}

/**
 * Checks a job id that a caller gave.
 * @throws {InputError} it is none, or cut off.
 */
export function checkJobId(jobId: string): string {
  const parsed = JobIdSchema.safeParse(jobId);
  if (parsed.success) return parsed.data;
  const shown = excerpt(String(jobId), 100);
  // Only the check for a cut-off id is a rule of our own.
  const isCutOff = parsed.error.issues[0]?.code === "custom";
  throw isCutOff
    ? inputError("job_id_cut_off", { jobId: shown, length: String(jobId).length })
    : inputError("job_id_form", { jobId: shown });
}
