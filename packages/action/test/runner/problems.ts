import type { StageName } from "./result.ts";

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
