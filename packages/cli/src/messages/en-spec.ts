import { countOf } from "@qizhi/core/internal";
import type { SpecWarning } from "@qizhi/core";

/** English texts about job specs. Values in them have gone through `visibleText` before. */
export const spec = {
  warning: "warning",
  /** What a warning says. */
  warn: (warning: SpecWarning): string => warning.message,
  masked: (count: number): string =>
    count === 1
      ? "One value that looks like a secret is shown as ***; --show-secrets shows it."
      : `${count} values that look like secrets are shown as ***; --show-secrets shows them.`,
  /** Names the fields of `extra`. */
  notOnPage: (names: string): string =>
    `extra: ${names}: not on the platform's page; sent as written, and the platform may refuse the job for it`,
  origins: "Where each value comes from:",
  shellLine: (word: string) =>
    `what follows -- is one word, sent as the name of one program: "${word}". For a line of shell write -- sh -c '…'`,
  summary: (errors: number, warnings: number): string =>
    [errors > 0 && countOf(errors, "error"), warnings > 0 && countOf(warnings, "warning")]
      .filter(Boolean)
      .join(", "),
};

/** English texts about specs that are made from jobs. */
export const clone = {
  from: (name: string, jobId: string) => `The spec of ${name} (${jobId})`,
  written: (file: string, jobId: string) => `Wrote the spec of ${jobId} to ${file}. Check it with:`,
  perNode: (parts: string) => `one node: ${parts}`,
  priorityUnknown: "the platform does not tell; 4 is its usual one",
  retriesUnknown: "the platform does not tell; 10 is the most",
  envsFromHere: "as submitted from here; the platform does not give variables back",
  envsUnknown:
    "envs: the platform does not give variables back. If the job has some, add them:\nenvs:\n  NAME: value",
  gap: "fill in; the platform does not give it back",
  notGiven: (path: string) => `${path} is missing: the platform does not give it back.`,
  notFromHere: (jobId: string) =>
    `${jobId} was not submitted from here, so what was sent is not known.`,
  cloneInstead: (jobId: string) =>
    `Run qizhi clone ${jobId} job.yaml, look it over, and submit that.`,
};

/** English texts about writing files. */
export const write = {
  exists: (file: string) => `${file} already exists.`,
  forceHint: "Add --force to replace it, or give another name.",
  profileExists: (name: string, file: string) => `${file} has a profile "${name}" already.`,
  replaceProfile: (name: string, file: string) => `Replace the profile "${name}" of ${file}?`,
  noProfiles: (file: string) => `${file} has no place for a profile: "profiles" is not a mapping.`,
  profile: (name: string, file: string) =>
    `Wrote the profile "${name}" to ${file}. A spec takes it with "extends: ${name}", a command line with --profile.`,
  secretsLeft: (count: number): string =>
    count === 1
      ? "One variable looks like a secret and is left out of the profile."
      : `${count} variables look like secrets and are left out of the profile.`,
  fieldsLeft: (paths: string) =>
    `Left out of the profile, because of what looks like a secret: ${paths}.`,
  replace: (file: string) => `Replace ${file}?`,
  left: "Nothing was written.",
  failed: (file: string, why: string) => `Cannot write ${file}: ${why}.`,
  isPrivate: (file: string) =>
    `${file} holds what looks like a secret, so only you can read it; keep it out of a repository.`,
  isDone: "What was sent stays sent: qizhi list shows it.",
};

/** English texts of `init`. */
export const init = {
  header: "A job spec. Check it with qizhi validate, send it with qizhi submit.",
  footer: "Variables for the command; no place for secrets:\nenvs:\n  NAME: value",
  written: (file: string) => `Wrote ${file}. Next:`,
  another: "another one…",
  cloneIsQuicker:
    "Have a job in the web console? Its ids need no typing: qizhi clone <job-id> job.yaml (Ctrl-C leaves here.)",
  gaps: (fields: string) => `Not known, and there is no terminal to ask in: ${fields}.`,
  gapsHint: (option: string, isRemembering: boolean): string =>
    isRemembering
      ? `Nothing sent from here has them. Give each by --set, such as ${option}.`
      : `Give each by --set, such as ${option}, or add --yes to take what was sent last.`,
  fields: {
    name: "what to call it; need not be unique",
    command: "run by sh, once on each node",
    "framework_config[0].image": "whole image address, host/namespace/name:tag",
    "framework_config[0].image_type": "where the image comes from",
    "framework_config[0].instance_count": "number of nodes",
    "framework_config[0].shm_gi": "GiB of shared memory per node",
    workspace_id: "ws-…, in the web console's address as spaceId",
    project_id: "project-…, in any job's detail",
    logic_compute_group_id: "lcg-…, in any job's detail",
    "framework_config[0].spec_id": "what one node has: quota_id in any job's detail",
    task_priority: "1 to 10, larger is more urgent; 1 to 3 can be pre-empted",
    max_running_time_ms: "the platform ends the job after this long, such as 2h or 1d",
  },
  imageTypes: {
    SOURCE_OFFICIAL: "the platform's own",
    SOURCE_PUBLIC: "shared by others, or saved from a notebook",
    SOURCE_PRIVATE: "your own",
  },
};

/** English texts about the names of ids. */
export const ids = {
  kinds: { workspace: "workspace", project: "project", group: "group", node: "node" },
  labels: { kind: "kind", name: "name", id: "id", facts: "facts" },
  none: "No id was seen yet. qizhi status or qizhi clone of a job notes its ids, also of a job of the web page.",
  action: (action: string) =>
    `Unknown action "${action}"; use list, add, forget, export or import.`,
  needs: (action: string, what: string) => `qizhi ids ${action} also needs ${what}.`,
  notAnId: (id: string) =>
    `${id} is not a whole id: ws-…, project-…, lcg-…, or the UUID of a node's spec.`,
  nameIsId: "A name must not look like an id.",
  added: (name: string, id: string) => `${id} is "${name}" from now on.`,
  forgotten: (count: number): string =>
    count === 1 ? "Forgot one entry." : `Forgot ${count} entries.`,
  unknown: (id: string) => `${id} is not known.`,
  wrongFile: (file: string) => `${file} is not a file that qizhi ids export wrote.`,
  exported: (count: number, file: string) => `Wrote ${countOf(count, "id")} to ${file}.`,
  imported: (count: number) => `Took in ${countOf(count, "id")}.`,
  cpus: (count: number) => `${count} CPUs`,
  perHour: (price: string) => `${price} an hour`,
  seenIn: (groups: string) => `seen in ${groups}`,
  refusedOn: (day: string) => `refused a job on ${day}`,
};

/** English texts about what is about to be sent. */
export const plan = {
  runs: (count: number) => countOf(count, "run"),
  atMost: (limit: string) => `at most ${limit.replace(/ 0+[a-z]$/, "")}`,
  tries: (most: number) => `up to ${countOf(most, "try", "tries")}`,
  gpuHours: (hours: string) => `up to ${hours} GPU-hours`,
  cost: (cost: string) => `up to about ${cost}`,
  queue: (from: string, to: string, jobs: number) =>
    `usually queued for ${from} to ${to} (${countOf(jobs, "job")} from here)`,
  ask: "That is over confirm_over of your defaults. Submit it?",
  needsYes: (planned: string) =>
    `This is over confirm_over of your defaults, and there is no terminal to ask in: ${planned}. Nothing was sent.`,
  yesHint: "Add --yes to submit without a question.",
};
