import { formatDuration } from "@qizhi/core";
import { countOf, english } from "@qizhi/core/internal";
import { account } from "./en-account.ts";
import { doctor, help, logs, mcp } from "./en-tools.ts";
import { history, journal, reference, rerun, stop, usage } from "./en-history.ts";
import { clone, ids, init, plan, spec, write } from "./en-spec.ts";
import { sweep } from "./en-sweep.ts";

/** English texts of the CLI. Values in them have gone through `visibleText` before. */
export const en = {
  error: "error",
  internalError: "internal error",
  folderGone: "The folder that you are in does not exist any more.",
  goElsewhere: "Change to one that does, with cd.",
  seeHelp: (command?: string) => `See qizhi ${command ? `${command} ` : ""}--help.`,
  didYouMean: (word: string) => ` Did you mean ${word}?`,
  deprecated: (old: string, now: string) =>
    `\`${old}\` is deprecated and goes in the next version; use \`${now}\`.`,
  noCommand: (word: string) => `There is no command "${word}".`,
  noOption: (command: string, flag: string) => `qizhi ${command} has no option ${flag}.`,
  noOptionAlone: (flag: string) => `There is no option "${flag}".`,
  needsValue: (flag: string) => `${flag} needs a value.`,
  needsValueNotFlag: (flag: string, word: string) =>
    `${flag} needs a value; write ${flag}=${word} if that is meant.`,
  flagNeeds: (flag: string, needs: readonly string[]) => `${flag} needs ${needs.join(" or ")}.`,
  flagConflicts: (flag: string, other: string) => `${flag} does nothing beside ${other}.`,
  /** Of a submit that turned out to be one job, of what a command works on, or of an action such as `qizhi sweep show`. */
  flagOfKind: (flag: string, kinds: readonly string[], kind: string, command: string): string =>
    kind === "job"
      ? `${flag} belongs to a sweep, and the spec has no matrix.`
      : kind === "jobs"
        ? `${flag} is for a sweep, and this is none.`
        : kind === "sweep"
          ? `${flag} is for jobs, not for a sweep.`
          : `${flag} is for ${kinds.map((each) => `qizhi ${command} ${each}`).join(" and ")}, not for qizhi ${command} ${kind}.`,
  takesNoValue: (flag: string) => `${flag} takes no value.`,
  givenTwice: (flag: string, times: number) => `${flag} is given ${times} times.`,
  needsArgument: (command: string, argument: string) => `qizhi ${command} needs ${argument}.`,
  takesNotThat: (command: string, word: string) => `qizhi ${command} does not take "${word}".`,
  takesNothingAfterDashes: (command: string) => `qizhi ${command} takes nothing after --.`,
  notADuration: (flag: string, text: string) => `${flag} "${text}" is not a duration.`,
  durationForm: "Write a number with a unit, such as 90s, 30m, 2h or 1d.",
  notAnInteger: (flag: string, text: string, least: number) =>
    `${flag} "${text}" is not a whole number of at least ${least}.`,

  colon: ": ",
  duration: (ms: number): string => formatDuration(ms),
  /** A duration to the second. */
  span: (ms: number): string => (ms < 1_000 ? "0s" : formatDuration(ms)),
  ago: (distance: string) => `${distance} ago`,
  later: (distance: string) => `in ${distance}`,
  justNow: "just now",
  aside: (text: string, more: string) => `${text} (${more})`,

  account,
  /** The library's errors; their own words are English. */
  errors: english,
  help,
  mcp,
  doctor,
  logs,
  history,
  journal,
  reference,
  spec,
  clone,
  plan,
  ids,
  init,
  write,
  sweep,
  ask: {
    needed: "An answer is needed.",
    yes: "Yes",
    no: "No",
  },
  notLoggedIn: (baseUrl: string) => `Not logged in to ${baseUrl}.`,
  halfALogin: (variable: string) => `Half of the login is missing: ${variable} is not set.`,
  waysOn:
    "Run `qizhi login` (in CI: set QIZHI_USERNAME and QIZHI_PASSWORD, or QIZHI_TOKEN), or add --local to `qizhi submit` to run the job on this machine.",
  localPlatform: (url: string) =>
    `LOCAL PLATFORM at ${url}: the job runs on this machine, not on Qizhi.`,
  asksToWait: (asked: string, delay: string) =>
    `The platform asks to wait ${asked}; trying again in ${delay}.`,
  slowName: (host: string) =>
    `The name ${host} is not resolved yet; waiting for the name servers of this machine…`,
  triesAgain: (why: string) => `${why} Trying again…`,

  submitted: (name: string, jobId: string) => `Submitted ${name} as ${jobId}`,
  nothingSent: "Nothing was sent.",
  toWait: "wait",
  loginEnds: (when: string, login: string) =>
    `The login expires ${when}, maybe before the wait ends. The job goes on then: ${login}, and wait again.`,
  toLogIn: "log in",
  toWaitAgain: "wait again",
  toStop: "stop",
  interrupted: (count: number): string =>
    count === 1 ? "Interrupted. The job goes on." : "Interrupted. The jobs go on.",
  interruptedAndStops: (count: number): string =>
    count === 1
      ? "Interrupted. Stopping the job; Ctrl-C again leaves at once."
      : "Interrupted. Stopping the jobs; Ctrl-C again leaves at once.",
  couldNotStop: (jobId: string, why: string) => `${jobId} could not be stopped: ${why}`,
  nowIs: (jobId: string, status: string) => `${jobId} is ${status}`,
  noSuchShell: (shell: string, shells: string) =>
    `There is no completion for "${shell}"; there is for ${shells}.`,
  notAChoice: (flag: string, text: string, choices: string) =>
    `${flag} "${text}" is not one of ${choices}.`,
  localEnds: "Interrupted; the local platform ends, and its jobs with it.",
  localTimeout: {
    queue: (jobId: string, limit: string, status: string) =>
      `Job ${jobId} is still queued after ${limit} (${status} when last seen); the local platform ends, and the job with it.`,
    total: (jobId: string, limit: string, status: string) =>
      `Job ${jobId} is still active after ${limit} (${status} when last seen); the local platform ends, and the job with it.`,
  },
  cannotAsk: (why: string, jobs: number) =>
    `cannot ask: ${why} Still trying; the ${jobs > 1 ? "jobs go" : "job goes"} on.`,
  /** Of a job that the platform refuses and has shown before. */
  isRefused: (why: string, status: string, when: string) =>
    `cannot ask; last seen ${status} at ${when}, asking on for a while: ${why}`,
  canAskAgain: (after: string) => `can ask again after ${after}`,
  givenUp: "given up",
  /** Which limit was reached. */
  waited: {
    queue: (limit: string) => `queued for over ${limit}`,
    total: (limit: string) => `waited for over ${limit}`,
  },

  stop,
  isStopping: (jobId: string, status: string) => `${jobId} is stopping (it was ${status})`,
  hasEnded: (jobId: string, status: string) =>
    `${jobId} has ended already (${status}); nothing to stop`,

  rerun,

  usage,

  triesJobAgain: (jobId: string, nth: number, all: number) =>
    `${jobId} has failed; trying again (${nth} of ${all}).`,
  triedElsewhere: (jobId: string) =>
    `${jobId} has failed, and another process has or may have submitted it again: not tried again here.`,
  stoppedSince: (jobId: string) =>
    `${jobId} has failed, and a stop of it was asked for: it is not tried again.`,
  nextTryNotSent: (jobId: string) =>
    `The next try was not sent; the result is that of ${jobId}, which has failed.`,
  noBrowser: "There is no browser to open it in; follow the link.",
  thenFailed: (ended: string) => `The command of --then ended with ${ended}.`,

  valid: "valid",
  serveNote: "LOCAL PLATFORM: jobs run on this machine, not on Qizhi. In another terminal:",
  serveLogs: (folder: string) => `Jobs print to ${folder}/<job-id>/worker-<n>.log.`,
  serveEnd: "Ctrl-C ends it and its jobs.",
  serveEnded: "The local platform has ended.",

  loweredPriority: (job: string, asked: number, kept: number, level: string): string =>
    `${job}: priority ${asked} was asked for, the platform keeps ${kept}${level ? ` (${level})` : ""}, by which it queues`,
  failedNodes: (command: string): string =>
    `Should a node be at fault: ${command}, where the workspace allows it.`,
  labels: {
    job: "job",
    name: "name",
    phase: "status",
    created: "created",
    finished: "finished",
    timeline: "timeline",
    nodes: "nodes",
    priority: "priority",
    used: "used",
    restarts: "restarts",
    message: "message",
    from: "from",
    note: "note",
    platform: "platform",
    link: "link",
    since: "for",
    gpuHours: "GPU-h",
  },
  phases: {
    queued: "queued",
    starting: "starting",
    running: "running",
    succeeded: "succeeded",
    failed: "failed",
    stopped: "stopped",
    ended: "ended",
    unknown: "unknown",
  },
  stages: { queue: "queue", prepare: "prepare", run: "run" },
  gone: "gone",
  noStatus: "no status",
  nodesHeld: "its nodes are still held and may be billed",
  lastSeen: (phase: string, distance: string) => `last seen ${phase} ${distance} ago`,
  phaseFor: (phase: string, duration: string) => `${phase} for ${duration}`,
  size: (nodes: number, perNode: number, total: number) =>
    `${nodes} × ${countOf(perNode, "GPU")} = ${countOf(total, "GPU")}`,
  noGpus: (nodes: number) => `${countOf(nodes, "node")} without GPUs`,
  gpuHours: (hours: string) => `${hours} GPU-hours`,
  gpuHoursSoFar: (hours: string) => `${hours} GPU-hours so far`,
  nodes: (nodes: number): string => countOf(nodes, "node"),
  costSoFar: (cost: string) => `cost about ${cost} so far`,
  loading: "loading…",
  still: (how: string) => `still ${how}`,
  countOf: (count: number, what: string) => `${count} ${what}`,
  /** Of several jobs of which an answer is overdue. */
  unheard: (jobs: number, since: string, phases: string) =>
    `nothing heard of ${countOf(jobs, "job")} since ${since}, last seen ${phases}`,
  comma: ", ",
  semicolon: "; ",
  moreJobs: (count: number, phases: string) => `and ${count} more: ${phases}`,
  cost: (cost: string) => `cost about ${cost} (price per node and hour × nodes × run time)`,
  round: (round: number) => `round ${round}`,
  node: (node: number) => `node ${node}`,
};

/** The texts of one language. */
export type Messages = typeof en;
