/** What a warning is about; a stable name for tools. */
export type SpecWarningRule = keyof typeof warningTexts;

/** A warning: something in a job spec that is legal and unwise. */
export interface SpecWarning {
  /** What it is about. */
  rule: SpecWarningRule;
  /** Where in the spec: keys and indexes from the top. */
  path: (string | number)[];
  /** What it is about in particular, such as `source`; never a value that may be a secret. */
  subject: string;
  /** What to write instead, where that is short. */
  instead?: string;
  /** What is unwise and what to do. */
  message: string;
  /** The file in which it stands, where that is not the spec's own: one of defaults. */
  file?: string | undefined;
  /** Line in the file, from 1. */
  line?: number;
  /** Column in the file, from 1. */
  column?: number;
}

/** The registries of the platform's two sites: the host that an image is pushed to, and the one to submit (wire 3.5). */
const imageHostPairs: Readonly<Record<string, string>> = {
  "docker-qb.sii.edu.cn": "docker.sii.shaipower.online",
  "docker-t.sii.edu.cn": "docker-t.sii.shaipower.online",
};

/** The hosts of images that a job may name. */
export const imageHosts: readonly string[] = Object.values(imageHostPairs);

/** The host to submit in the place of one that images are only pushed to. */
export function toSubmitHost(pushHost: string): string | undefined {
  return Object.hasOwn(imageHostPairs, pushHost) ? imageHostPairs[pushHost] : undefined;
}

type Facts = Pick<SpecWarning, "subject" | "instead">;

const warningTexts = {
  "bash-syntax": ({ subject, instead }) =>
    `uses ${subject}, but the platform runs the command with sh, which does not know it; ${instead ? `write ${instead}, or ` : ""}wrap the command in bash -c '…'`,
  "no-bashrc": ({ subject }) =>
    `uses ${subject}, but ~/.bashrc is not read, so conda is not set up; first run . <conda>/etc/profile.d/conda.sh`,
  "tee-hides-failure": () =>
    "pipes into tee, which hides a failure: the job counts as succeeded; write > file 2>&1, or bash -o pipefail -c '…'",
  secret: ({ subject }) =>
    `${subject === "command" ? "holds" : `${subject} holds`} what looks like a secret; the platform shows commands and variables to others, so keep it in a file that only you can read`,
  "image-host": ({ subject }) =>
    `${subject ? `is on ${subject}` : "names neither a registry nor a namespace"}, not on the platform's own (${imageHosts.join(", ")}); training nodes have no internet`,
  "image-push-host": ({ subject, instead = "" }) =>
    `is on ${subject}, where images are pushed to; a job names the same image as ${instead}/…`,
  "spec-id": () =>
    "is not of the usual form, a UUID of 36 characters; should it be cut off, copy all of it",
  "shm-over-memory": ({ subject, instead = "" }) =>
    `is ${subject}, more than the ${instead} GiB of memory that a node of this spec_id has`,
  "nodes-in-part": ({ subject, instead = "" }) =>
    `is ${subject}, but a node of this spec_id has ${instead} of 8 GPUs; several nodes need 8 each`,
  preemptible: ({ subject }) =>
    `is ${subject}: jobs of priority 1 to 3 can be pre-empted at any time`,
  "no-time-limit": () =>
    "has no max_running_time_ms: a job that hangs would hold its nodes after CI has gone",
  background: ({ subject }) =>
    `starts a process in the background with ${subject} and ends: the job ends at once, as succeeded, and what it began is killed with it; run it in the foreground, or end with wait`,
  "does-nothing": () => "runs nothing: it is comments, settings or true alone",
  lookalike: ({ subject, instead = "a plain space or line break" }) =>
    `has ${subject}, which sh takes for a letter; write ${instead}`,
  "blank-after-backslash": () =>
    "has a blank after a backslash at the end of a line, so that the next line is a command of its own; take the blank out",
  "cut-continuation": () =>
    "goes on behind a backslash with an empty line or a comment, which ends it there, so that the options below are a command of their own; take that line out",
  "open-document": ({ subject }) =>
    `has a here-document (<<${subject}) that no line ends, so sh takes all below for its text and runs none of it; write ${subject} on a line of its own, without blanks`,
  folded: ({ subject }) =>
    subject === ">"
      ? "has several lines that > makes one, so sh reads them as one command; write | in place of >"
      : "has several lines that YAML makes one, so sh reads them as one command; write | after command:, without quotes",
  "open-quote": () => "has a quote that is never closed, so sh stops there; close it",
  "shell-syntax": () => "has a syntax error, so sh stops there; sh -n tells more",
  "platform-variable": ({ subject }) => `${subject} is set by the platform itself; leave it out`,
  "workflow-place": ({ subject }) =>
    `has ${subject}, which is replaced in workflow files only; pass such a value by env or name, or write {{ matrix.NAME }}`,
  "short-duration": ({ subject, instead }) =>
    `has no unit: ${subject} is ${Number(subject) / 1000} seconds; write ${Number(subject) / 1000}s, or ${instead} if it was meant in seconds`,
  "node-elsewhere": ({ subject }) =>
    `${subject} was seen in other groups and never in this one, so the platform may refuse it or give other GPUs; see qizhi ids`,
  "group-elsewhere": ({ subject }) =>
    `${subject} was seen in another workspace, so the platform may refuse it in this one; see qizhi ids`,
  "group-refused": ({ subject }) =>
    `is a group for which the platform refused a job on ${subject}: groups are replaced from time to time; look for the new one in the web console`,
} satisfies Record<string, (facts: Facts) => string>;

/** Every rule of a warning. */
export const specWarningRules = Object.keys(warningTexts) as readonly SpecWarningRule[];

/** What is unwise and what to do, in English. */
export function describeWarning({ rule, ...facts }: Pick<SpecWarning, "rule"> & Facts): string {
  return warningTexts[rule](facts);
}

/** What one node of a resource spec has. */
interface KnownSpec {
  readonly gpus: number;
  readonly memoryGib: number;
}

// Ids are the platform's, not a user's; their first eight digits tell them apart (wire 3.5).
const knownSpecs: Readonly<Record<string, KnownSpec>> = {
  "4dd0e854": { gpus: 1, memoryGib: 200 },
  "45ab2351": { gpus: 4, memoryGib: 800 },
  b618f5cb: { gpus: 8, memoryGib: 1600 },
  "79fe954a": { gpus: 1, memoryGib: 200 },
  "26ef0d6e": { gpus: 2, memoryGib: 400 },
  "8a53ac21": { gpus: 4, memoryGib: 900 },
  "7166bd2e": { gpus: 8, memoryGib: 1800 },
};

/** What is publicly known of a resource spec; nothing of most. */
export function findKnownSpec(specId: string): KnownSpec | undefined {
  const start = specId.slice(0, 8).toLowerCase();
  return specId.length === 36 && Object.hasOwn(knownSpecs, start) ? knownSpecs[start] : undefined;
}
