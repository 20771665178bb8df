import type { ActionFile } from "../files/action-file.ts";
import type { Masker } from "../text/masker.ts";
import type { Problem } from "./result.ts";

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
