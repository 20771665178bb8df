import { countOf, englishWords } from "@qizhi/core/internal";

/** English texts about sweeps. Values in them have gone through `visibleText` before. */
export const sweep = {
  began: (id: string, name: string, runs: number) =>
    `Sweep ${id}: ${countOf(runs, "run")} of ${name}`,
  resumed: (id: string, name: string, left: number) =>
    `Sweep ${id} goes on: ${countOf(left, "run")} of ${name} ${left === 1 ? "is" : "are"} left`,
  toResume: "go on",
  toMakeAgain: "retry the failed ones",
  toReport: "report",
  left: (waiting: number, goesOn: boolean): string => {
    const unsent = `${countOf(waiting, "run is", "runs are")} not submitted yet.`;
    if (!goesOn) return waiting === 0 ? "" : unsent;
    return waiting === 0 ? "The jobs go on." : `The jobs go on; ${unsent}`;
  },
  loginEnds: (when: string, login: string, resume: string) =>
    `The login expires ${when}, maybe before the sweep ends. Its jobs go on then: ${login}, and ${resume}.`,
  overTime: (after: string) => `The sweep is not over after ${after} (--timeout).`,
  overQueue: (run: string, after: string) =>
    `The job of ${run} is still queued after ${after} (--queue-timeout).`,
  localEnds: "The local platform ends, and its jobs with it.",
  stopped: "The jobs were stopped.",
  stopping: "Interrupted. Stopping the jobs of the sweep; Ctrl-C again leaves at once.",
  allSent: "Every run is submitted; the jobs go on.",
  unattended: "Until you go on with it, no run is retried and no failure stops the others.",
  submitted: (jobId: string) => `submitted as ${jobId}`,
  retry: (tries: number) => `failed and is tried again (try ${tries})`,
  unknown: "outcome unknown; holds a slot until you settle it",
  paused: (count: number) =>
    `${count} creates in a row have an unknown outcome: no more are sent until they are settled.`,
  settledJob: (jobId: string) => `exists after all: ${jobId}`,
  settledNone: "was not created; it waits again",
  quota: (why: string) => `The quota is used up: ${why} Waiting for room.`,
  halted: {
    fail_fast: "A run failed: no more runs are made, and those that go on are stopped.",
    stopped: "No more runs are made, and those that go on are stopped.",
    all_refused: "The platform refused every run so far: no more are made.",
  },
  toSettle: "Please check these in the web console:",
  lookAt: (url: string) => `Look at ${url}`,
  settle: (track: string, attempt: string) =>
    `  In the console: ${track} <job-id> --for ${attempt}\n  Not there:      qizhi forget ${attempt}`,
  isPaused:
    "So many in a row have an unknown outcome that nothing more is submitted: the platform or the network loses answers. Settle them, then go on.",
  blocked: "They hold all places that the sweep has, so it cannot go on without you.",
  askJob: (name: string, url: string) =>
    `Is there a job "${name}" on ${url} ? Its id, "no", or "later"`,
  askForm: 'Give a whole job id, "no" or "later".',
  estimate: (from: string, to: string) => `about ${from} to ${to} left`,
  noEstimate: "no estimate yet",
  none: (id: string) => `No sweep "${id}" in the history.`,
  noneAtAll: "No sweeps in the history yet.",
  noMatch: "No sweep of the history matches.",
  seeList: "`qizhi list --sweeps` shows them.",
  action: (word: string) => `Unknown action "${word}"; use list, show or resume.`,
  needsId: (action: string) => `qizhi sweep ${action} needs the id of a sweep.`,
  unreadable: (id: string, reason: string) => `${id} cannot be read: ${reason}`,
  damagedRecords: (id: string, count: number) =>
    `${countOf(count, "record")} of ${id} cannot be read; what happened to its runs may be missing.`,
  asLastSeen: (count: number): string =>
    `${countOf(count, "active job is", "active jobs are")} shown as last seen.`,
  notAsked: (count: number, why: string): string =>
    `${countOf(count, "job is", "jobs are")} shown as last seen: ${why}`,
  wrote: (file: string) => `Wrote ${file}`,
  plan: (runs: number, nodes: number) =>
    `${countOf(runs, "run")}, ${countOf(nodes, "node")} in all`,
  planGpus: (gpus: number, atOnce: number) =>
    `${countOf(gpus, "GPU")} in all, at most ${atOnce} at once`,
  planNoGpus: "GPUs not known: no job with this spec_id has run in the history yet",
  planCost: (perHour: string) => `about ${perHour} for each hour that all of them run`,
  planMost: (most: string) => `at most ${most} when all run to their limit, without retries`,
  planNoCost: "cost not known",
  columns: {
    sweep: "sweep",
    name: "name",
    began: "began",
    runs: "runs",
    states: "status",
    run: "run",
    state: "status",
    queue: "queue",
    runTime: "run time",
    gpuHours: "GPU-h",
    cost: "cost",
    reason: "reason",
  },
  states: englishWords.states,
};
