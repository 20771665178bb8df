/** A test that shows what a row of "What becomes of the job" says: its file in this folder, and its title as written. */
type Proof = readonly [file: string, title: string];

const [cancel, container, post] = ["cancel.test.ts", "container.test.ts", "post.test.ts"];
const [faults, rerun, retries] = ["faults.test.ts", "rerun.test.ts", "retries.test.ts"];

/** The rows of the README's table by their first cell, in their order, each with the tests that prove it. */
export const readmeRows: Readonly<Record<string, readonly Proof[]>> = {
  "The workflow is cancelled, or timeout-minutes is over": [
    [cancel, "SIGINT sends one stop within 1 s, and outputs, summary and error say so"],
    [cancel, "where the stop never works, main ends by itself and post tries once more"],
    [cancel, "timeout-minutes of the step stops the job, too"],
    [cancel, "on-cancel: leave stops nothing and says so"],
  ],
  "… while the job is being submitted": [
    [cancel, "while the create is in flight: its reply is awaited, then that job is stopped"],
    [cancel, "a create that is never answered ends as unknown, with the job's name"],
  ],
  "… in a job with container:": [
    [container, "in mid-wait stops the job once, and post says what main had to say"],
    [container, "tells of a create that is never answered, with the job's name"],
    [container, "with %s ends main and leaves the job"],
    [container, "with a main that hangs: it is killed, and post stops the job itself"],
  ],
  "… while only attached by job-id": [
    [cancel, "an attached job is left unless on-cancel says stop"],
  ],
  "The step is killed (out of memory)": [
    [post, "in mid-wait, post logs in for itself and stops the job once"],
    [post, "with %s post stops nothing"],
  ],
  "timeout or queue-timeout is over": [
    [faults, "%s says which limit it was"],
    [faults, "queue-timeout does not count once the job runs; on-timeout: stop stops"],
    ["timeout.test.ts", "passes without a mark, and says so: %s"],
  ],
  "The platform is out of reach for outage-timeout, or refuses every login": [
    [faults, "past the error budget, with on-error: %s"],
    ["token.test.ts", "refused for good ends the step in a few requests"],
  ],
  "The runner or its machine dies, or is shut down": [
    [post, "a runner that dies leaves the job, as nothing of ours runs any more"],
    [cancel, "SIGTERM alone does the same, and a second signal changes nothing"],
  ],
  "The job fails by itself, and retries is not used up": [
    [retries, "until it succeeds: one link, the last job in the outputs, each try told"],
    [retries, "but no more often than retries says"],
    [retries, "and where %s, the failed job is told all the same"],
  ],
  "A re-run, where the earlier attempt left an active job": [
    [rerun, "after an attempt that %s"],
    [retries, "and a re-run follows the second try"],
  ],
  "… where its job succeeded": [
    [rerun, "that succeeds while it is followed reports that, and once more reports it again"],
  ],
  "… where its job failed or was stopped, or its login or create was refused": [
    [rerun, "that %s submits anew"],
    [rerun, "that failed after the first attempt had timed out submits anew"],
    [rerun, "that the platform refused, or a login that it refused, submits"],
  ],
  "… where the outcome of its create is unknown": [
    [rerun, "%s stays in doubt, says how to settle it, and submits nothing"],
  ],
  "… on a machine that knows nothing of it, as after wrong inputs or a skipped step, or with other inputs":
    [
      [rerun, "where the inputs of the earlier attempt were wrong, unless it is told to"],
      [rerun, "where nothing is known of an earlier attempt, unless it is told to"],
      [rerun, "where only a leg of the matrix with other inputs is known"],
    ],
};
