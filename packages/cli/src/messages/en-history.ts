import { countOf } from "@qizhi/core/internal";

/** English texts about the journal and the history. Values have gone through `visibleText` before. */
export const journal = {
  interruptedBefore: "Interrupted. Nothing was sent.",
  interruptedDuring: (name: string, url: string) =>
    `Interrupted while the create was under way: the job "${name}" may or may not exist. Look for it on ${url}\n  \`qizhi list --unresolved\` keeps it and tells how to settle it.`,
  interruptedAwaits:
    "Interrupted. The create is under way: waiting for its answer, to stop the job. Ctrl-C again leaves at once, and the job may exist.",
  twin: (jobId: string, ago: string) =>
    `Note: an equal job was submitted from here ${ago}: ${jobId}. This is a second one.`,
  outcomeLost: (why: string) =>
    `The job exists, and the journal could not note its id. ${why} Keep the id, or \`qizhi track\` it later.`,
  folderHint:
    "Without a journal a crash could lose a job. Set QIZHI_STATE_DIR to a folder that this user can write to.",
  seeUnresolved: "`qizhi list --unresolved` keeps it and tells how to settle it.",
};

/** English texts about naming jobs. */
export const reference = {
  none: (text: string) => `No job of the history matches "${text}".`,
  lastElsewhere: (word: string, job: string) =>
    `${word} was submitted from another terminal: ${job}`,
  lastElsewhereHint: "Name the job by its id, if it is the one you mean.",
  lastIs: (job: string, newer: string) =>
    `@last is the last job of this terminal: ${job}. Another one has submitted since: ${newer}`,
  lastUnknown: (word: string, attempt: string, name: string) =>
    `${word} is the submit ${attempt} ("${name}"), whose outcome is not known yet: it has no job that could be meant.`,
  noJobYet: (sweep: string) => `${sweep} has no job yet.`,
  noJobYetHint: (sweep: string) =>
    `\`qizhi status ${sweep}\` tells how it stands, \`qizhi rerun ${sweep} --wait\` goes on with it.`,
  partOfSweep: (sweep: string, left: number) =>
    `${countOf(left, "run")} of ${sweep} ${left === 1 ? "has" : "have"} no job yet and ${left === 1 ? "is" : "are"} left out.`,
  noPlace: (word: string, place: number) =>
    `There is no ${word}: fewer than ${place} jobs and sweeps of this platform were submitted from here.`,
  isSweep: (sweep: string) => `${sweep} is a sweep; name one of its jobs.`,
  noLast: "The history has no job of this platform yet, so there is no @last.",
  noneHint:
    "`qizhi list` shows the history. A job from elsewhere needs its whole id, 40 characters.",
  elsewhere: (text: string, platform: string, isSweep: boolean) =>
    `"${text}" is a ${isSweep ? "sweep" : "job"} of ${platform}; give --base-url ${platform} or its account.`,
  ambiguous: (text: string, count: number) => `"${text}" could be any of ${count} jobs:`,
  ambiguousHint: "Give more of the id.",
};

/** English texts of `list`, `track` and `forget`. */
export const history = {
  columns: {
    submitted: "submitted",
    gpus: "GPUs",
  },
  atCommit: (commit: string, isDirty: boolean) =>
    `at ${commit}${isDirty ? " with uncommitted changes" : ""}`,
  noted: (jobId: string) => `Noted for ${jobId}.`,
  noteGone: (jobId: string) => `The note of ${jobId} is removed.`,
  equalSpecs: "Both were submitted with the same spec.",
  asLastSeen: "The jobs are shown as last seen.",
  refreshing: "as last seen; refreshing…",
  sum: (active: number, gpus: number, today: string) =>
    `${active} active${gpus > 0 ? ` on ${countOf(gpus, "GPU")}` : ""} · today ${today} GPU-hours`,
  empty: "No job was submitted from here yet. `qizhi track <job-id>` tracks one from elsewhere.",
  noneActive: "No job is active.",
  endedBefore: (count: number): string =>
    `${countOf(count, "job has ended already and is", "jobs have ended already and are")} left out; \`qizhi list\` shows ${count === 1 ? "it" : "them"}.`,
  noMatch: "No job of the history matches.",
  elsewhere: (platforms: string) => `The history has jobs of other platforms: ${platforms}`,
  more: (shown: number, all: number) => `${shown} of ${all} jobs; --limit ${all} shows them all.`,
  askingFirst: (count: number): string =>
    `Asking about ${countOf(count, "job that was", "jobs that were")} never looked at.`,
  notAsked: (count: number, why: string): string =>
    `${countOf(count, "job is", "jobs are")} shown as last seen, marked "?": ${why}`,
  toForget: (command: string) => `What is gone for good leaves the history with:\n  ${command}`,
  unresolved: (count: number): string =>
    `${countOf(count, "submit has", "submits have")} an unknown outcome: qizhi list --unresolved`,
  /** Of the runs of a sweep that is stopped or forgotten. */
  mayRun: (count: number): string =>
    `${countOf(count, "run has", "runs have")} an unknown outcome: ${count === 1 ? "its job" : "their jobs"} may run, and ${count === 1 ? "was" : "were"} not stopped.`,
  noneUnresolved: "Every submit has a known outcome.",
  noUnresolvedMatch: "No submit with an unknown outcome matches.",
  settle: (track: string) =>
    `Look for each in the web console. There: ${track} <job-id> --for <attempt>. Not there: qizhi forget <attempt>.`,
  damaged: (count: number, file: string) =>
    `The journal ${file} has ${countOf(count, "damaged line")}; skipped.`,
  tracked: (jobId: string, name: string) => `Tracking ${jobId} (${name})`,
  isTracked: (jobId: string) => `${jobId} is in the history already.`,
  settledAs: (attempt: string, jobId: string) =>
    `The attempt ${attempt} is settled: it made ${jobId}.`,
  mayBe: (attempt: string, command: string) =>
    `The attempt ${attempt} has this name and an unknown outcome. If this is its job: ${command}`,
  askForget: "Forget it?",
  left: "Nothing was forgotten.",
  forgot: (id: string, isSweep: boolean): string =>
    `Forgot ${id}. ${isSweep ? "Its jobs are left as they are." : "The job itself is left as it is."}`,
  settledAsNone: (attempt: string, name: string) =>
    `The attempt ${attempt} ("${name}") is settled: it made no job.`,
  noAttempt: (text: string) => `No attempt with an unknown outcome matches "${text}".`,
  severalAttempts: (text: string, ids: string) => `"${text}" could be the attempts ${ids}.`,
  attemptElsewhere: (attempt: string, platform: string) =>
    `The attempt ${attempt} was sent to ${platform}; give --base-url ${platform} or its account.`,
  listOpen: "`qizhi list --unresolved` shows them.",
  listAll: "`qizhi list --offline` shows the jobs, `qizhi list --unresolved` the attempts.",
  nothingToForget: (text: string) => `Nothing in the history matches "${text}".`,
  underWay: (attempt: string, pid: number, host: string) =>
    `The attempt ${attempt} may still be sent by process ${pid} on ${host}. Nothing was forgotten.`,
  waitForOutcome:
    "Wait for its outcome; one of another machine can be settled minutes after its request timeout.",
  both: (text: string) => `"${text}" could be a job or an attempt.`,
};

/** English texts of `stop`. */
export const stop = {
  stopping: "stopping",
  /** Of jobs whose GPUs are known in part: 0 for none. */
  ask: (count: number, gpus: number): string =>
    ["Submit no more?", "Stop this job?"][count] ??
    `Stop these ${count} jobs${gpus > 0 ? ` (${countOf(gpus, "GPU")})` : ""}?`,
  needsTargets:
    "Name what to stop: jobs, a sweep, @last, or a set by --name, --status, --since, --all.",
  left: "Nothing was stopped.",
  needsYes: (count: number): string =>
    `${["The sweep is not over", "This job is active"][count] ?? `${count} jobs are active`}, and there is no terminal to ask in. Nothing was stopped.`,
  yesHint: "Add --yes to stop without a question.",
  interrupted: "Interrupted. The stop was sent; the platform goes on with it.",
  sweepBefore: (
    id: string,
    name: string,
    jobs: number,
    gpus: number,
    waiting: number,
    unknown: number,
  ) =>
    `${id} (${name}): ${jobs} active ${jobs === 1 ? "job" : "jobs"}${gpus > 0 ? ` with ${countOf(gpus, "GPU")}` : ""}${unknown > 0 ? `; ${countOf(unknown, "create has", "creates have")} no known outcome` : ""}${waiting > 0 ? `; ${countOf(waiting, "run that waits is", "runs that wait are")} not submitted` : ""}`,
  sweepAfter: (id: string, name: string, waiting: number) =>
    `${id} (${name}) submits no more${waiting > 0 ? `; ${countOf(waiting, "run was", "runs were")} not submitted` : ""}.`,
  notHalted: (id: string, name: string) =>
    `${id} (${name}) could not be halted: a process that runs it may submit more jobs.`,
  underWay: (id: string) =>
    `A create of ${id} has no answer yet: stop the sweep again in a moment, as it may get a job.`,
  unseen: (jobId: string) =>
    `${jobId}: the stop was accepted; how the job stands could not be seen`,
  accepted: (jobId: string, status: string) =>
    `${jobId}: the stop was accepted; the job is still ${status}`,
  /** How a job stood whose stop failed. */
  stood: {
    submitted: (jobId: string, at: string) => `${jobId} was submitted at ${at}`,
    was: (jobId: string, at: string, status: string) => `${jobId} was ${status} at ${at}`,
    still: (jobId: string, at: string, status: string) => `${jobId} was still ${status} at ${at}`,
  },
  answers: {
    refused: "the stop was refused",
    lost: "the stop may have worked",
    unsent: "no stop was sent",
  },
  failed: (stood: string, answer: string) => `${stood}; ${answer}. Look at its page:`,
  unsure: (jobId: string) =>
    `${jobId}: the stop may have worked; how the job stands could not be seen`,
  goesOn:
    "Still stopping; what fails is tried again for up to two minutes. Ctrl-C leaves the rest.",
  still: (jobId: string, status: string) => `${jobId} was asked to stop; still ${status}`,
  cannotSee: (jobId: string, why: string) => `${jobId}: how it stands cannot be seen. ${why}`,
};

/** English texts of `rerun`. */
export const rerun = {
  oneSweep: "A sweep is resumed alone, without other sweeps and jobs.",
  ofOne: (flag: string) => `${flag} fits one job, and several are named.`,
  noneFailed: "None of these jobs has failed without being submitted again.",
  dueIn: (id: string, count: number, command: string): string =>
    `${id} tries ${countOf(count, "failed job")} again itself: left out here. Where no process runs it any more: ${command}`,
  sentSince: (count: number): string =>
    `${countOf(count, "job was, or may have been,", "jobs were, or may have been,")} submitted again meanwhile: left out here.`,
  ask: (count: number, gpus: number): string =>
    count === 1
      ? "Submit this job again?"
      : `Submit these ${count} jobs again${gpus > 0 ? ` (${countOf(gpus, "GPU")})` : ""}?`,
  needsYes: (count: number): string =>
    `${countOf(count, "job")} would be submitted again, and there is no terminal to ask in. Nothing was sent.`,
  /** @param changes flags without their values; empty for none. */
  left: (count: number, command: string, changes: string): string =>
    `${countOf(count, "job was", "jobs were")} not sent. To send the rest${changes && `, with the same ${changes}`}:\n  ${command}`,
};

/** English texts of `usage`. */
export const usage = {
  by: { day: "day", name: "name", project: "project", group: "group" },
  columns: { jobs: "jobs", cost: "cost" },
  total: "total",
  scope: (since: string, active: number, unknown: number): string =>
    `Since ${since}, of the jobs submitted from this machine alone, every retry counted${active > 0 ? `; ${active} still ${active === 1 ? "goes" : "go"} on` : ""}${unknown > 0 ? `; ${unknown} of unknown size or price` : ""}.`,
  nothing: (since: string) => `No job submitted from this machine has used a GPU since ${since}.`,
};
