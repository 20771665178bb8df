import { toListener } from "../async/callback.ts";
import { JobStopper, type StopContext } from "./job-stopper.ts";
import type { JobStop, StopJobsOptions, StopOptions, StopResult } from "./stop-types.ts";

/**
 * Stops a job. Each failed try is followed by a poll, which may show what the answer did not: that the stop
 * worked and its answer was lost, or that the job had ended. Another try follows in growing pauses: for half a
 * minute where it is refused while the job is active, as long as the time lasts where the platform cannot be
 * reached, and as often as any call where its answer is none.
 * @throws {QizhiError} it could not be stopped in time: the failure of the last try.
 */
export async function stopJob(
  shared: StopContext,
  jobId: string,
  options: StopOptions = {},
): Promise<StopResult> {
  return new JobStopper(shared, jobId, options).run();
}

/** Stops many jobs at the rate of the client's limiter; see {@link stopJob}. It does not reject. */
export async function stopJobs(
  shared: StopContext,
  jobIds: Iterable<string>,
  { onSettled, ...options }: StopJobsOptions = {},
): Promise<JobStop[]> {
  const settled = toListener(onSettled);
  return Promise.all(
    Array.from(jobIds, async (jobId): Promise<JobStop> => {
      const stopper = new JobStopper(shared, jobId, options);
      const stop = await stopper.run().catch((thrown: unknown) => {
        const error = thrown instanceof Error ? thrown : new Error(String(thrown));
        return { jobId, outcome: "failed", error, ...stopper.failed } as const;
      });
      settled(stop);
      return stop;
    }),
  );
}
