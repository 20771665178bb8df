import type { Masker } from "../text/masker.ts";
import type { CommandFiles } from "../files/command-files.ts";
import type { ParsedCommand } from "../text/command-parser.ts";
import type { StreamName } from "../text/lines.ts";
import type { ActionFile, JobStatus } from "../files/action-file.ts";

/** How long the runner waits, in ms (README 1, 2). */
export type GracePeriods = {
  /** From SIGINT to SIGTERM: 7,500. */
  sigintMs: number;
  /** From SIGTERM to SIGKILL: 2,500. */
  sigtermMs: number;
  /** From the end of the process to that of its pipes: 5,000. */
  pipesMs: number;
};

/** What to run and how. */
export type RunSettings = {
  /** The folder of action.yml. */
  actionDir: string;
  /** The Node binary; this process's own by default. */
  node?: string;
  /** `with:` of the step. */
  inputs?: Record<string, string | number | boolean>;
  /** `env:` of the step and job; undefined values are left out. */
  env?: Record<string, string | undefined>;
  /** Overrides of `GITHUB_*`, by full name. */
  github?: Record<string, string>;
  /** The checkout; a new empty folder by default, removed afterwards. */
  workspace?: string;
  /** `RUNNER_TEMP`; a new folder by default, removed afterwards. */
  temp?: string;
  /** Files to write into the workspace first, by relative path. */
  files?: Record<string, string>;
  /** Values the workflow took from `secrets`: masked from the start. */
  secrets?: string[];
  gracePeriods?: Partial<GracePeriods>;
  /** Beyond this a stage is killed and the run rejects, ms. 60,000 by default. */
  deadlineMs?: number;
  /** True: nothing but what the runner itself sets; no PATH, HOME, LANG, as after `env -i`. */
  isBare?: boolean;
  /** Step debug logging: `RUNNER_DEBUG=1`, commands are echoed and `debug` is shown. */
  isDebug?: boolean;
  /**
   * A job with `container:`. The runner starts the action by `docker exec` and signals that client alone,
   * which forwards nothing (README 15): a cancelled main lives on until the container is removed,
   * after post.
   */
  isInContainer?: boolean;
};

/** What the stages of a run share. */
export type Run = {
  settings: RunSettings;
  action: ActionFile;
  /** A folder of the run's own. */
  root: string;
  /** The checkout; the working directory of the action. */
  workspace: string;
  temp: string;
  masker: Masker;
  problems: Problem[];
  /** `Date.now()` at the start. */
  startedAt: number;
  /** ms since the start. */
  clock: () => number;
};

/** The two processes of an action. */
export type StageName = "main" | "post";

/** A line as the action printed it. */
export type TakenLine = { stream: StreamName; raw: string };

/** What the runner made of a line. */
export type OutputLine = TakenLine & {
  /** What the log shows for it, masked; undefined if it shows nothing (`add-mask`, `debug`). */
  shown: string | undefined;
  /** True if the runner took the line as a command. */
  isCommand: boolean;
};

/** A command the runner acted upon, in the order of arrival; a resume token is named `resume`. */
export type CommandRecord = Omit<ParsedCommand, "usesInvisibleCharacters"> & { stream: StreamName };

/** The three kinds of annotation. */
export type AnnotationLevel = "error" | "warning" | "notice";

/** An annotation the runner keeps: at most 10 of a level in a stage, message cut at 4,096. */
export type Annotation = {
  level: AnnotationLevel;
  /** `command`: the action asked for it. `matcher`: a problem matcher took a line for it. `runner`: the runner's own. */
  source: "command" | "matcher" | "runner";
  /** Masked and cut. */
  message: string;
  title: string | undefined;
  properties: Record<string, string>;
};

/** A signal sent to the process. All times are ms since the start of the run. */
export type SentSignal = { signal: NodeJS.Signals; atMs: number };

/** Everything the emulator objects to. */
export type ProblemKind =
  /** `set-output` and `save-state`: they act, and cost a warning. */
  | "deprecated-command"
  /** `set-env` and `add-path`: they fail the step. */
  | "disabled-command"
  /** `::name::` where the runner knows no such name: it is printed as text. */
  | "unknown-command"
  /** A command the runner could not carry out; it fails the step. */
  | "bad-command"
  /** A command that is one only because invisible characters are skipped. */
  | "invisible-characters"
  /** `##[group]` and the like in plain text: the log page acts on them even while stopped. */
  | "log-marker"
  /** `stop-commands` without its end, or `group` without `endgroup`. */
  | "left-open"
  | "too-many-annotations"
  | "annotation-cut"
  /** A line that a problem matcher of setup-node or setup-python takes for an error. */
  | "problem-matcher"
  /** A mask of fewer than 4 characters, or with such a line: it would hide half the log. */
  | "short-mask"
  /** A mistake in `GITHUB_OUTPUT`, `GITHUB_STATE` or `GITHUB_ENV`; it fails the step. */
  | "bad-file"
  | "summary-too-big"
  /** A job output with this value would be dropped. */
  | "masked-output"
  | "undeclared-output"
  | "unexpected-input"
  /** Neither SIGINT nor SIGTERM ended the process. */
  | "signals-ignored"
  /** The process ended, a child of it kept the pipes open beyond the grace period. */
  | "pipes-held-open";

/** One thing an action must not do. */
export type Problem = { stage: StageName; kind: ProblemKind; detail: string };

/** What the lines and files of a stage come to. */
export type StagePrints = {
  stage: StageName;
  lines: OutputLine[];
  commands: CommandRecord[];
  annotations: Annotation[];
  /** How many commands and matched lines asked for an annotation, kept or not; without the runner's own. */
  sent: Record<AnnotationLevel, number>;
  /** The values given to `add-mask`, and long `stop-commands` tokens. */
  masks: string[];
  /** From the file, or from the deprecated `set-output`. */
  outputs: Record<string, string>;
  /** From the file, or from the deprecated `save-state`. */
  state: Record<string, string>;
};

/** One process of the action, from start to end. All times are ms since the start of the run. */
export type StageResult = StagePrints & {
  conclusion: JobStatus;
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  startedAtMs: number;
  exitedAtMs: number;
  /** When both pipes were closed. */
  closedAtMs: number;
  signals: SentSignal[];
  env: Record<string, string>;
  path: string[];
  /** The step summary as uploaded, masked; empty if it was over 1 MiB. */
  summary: string;
  /** The files as the action left them. */
  files: CommandFiles;
  rawStdout: string;
  rawStderr: string;
  /** What the log shows, masked. */
  log: string;
};

/** What a whole run of an action gave: outputs (none after a runner death) and state of main, all else of both stages together. */
export type RunnerResult = Omit<StagePrints, "stage"> & {
  /** The job's: `cancelled` after a cancel whatever the exit code, else that of main and post. */
  conclusion: JobStatus;
  main: StageResult;
  post: StageResult | undefined;
  /** Why there was no post; undefined if it ran. */
  postSkipped: "no post in action.yml" | "post-if" | "runner death" | "runner shutdown" | undefined;
  /** Whether main still ran when its container was removed, after a cancel in a container job. */
  outlivedPost: boolean;
  /** Uploaded summaries of both stages. */
  summary: string;
  /** The runner's own, which are not in `annotations`. */
  runnerAnnotations: Annotation[];
  log: string;
  rawStdout: string;
  rawStderr: string;
  /** Everything an action must not do; a good action gives an empty list. */
  problems: Problem[];
  /** `Date.now()` at the start, to compare `atMs` with times taken elsewhere. */
  startedAt: number;
};
