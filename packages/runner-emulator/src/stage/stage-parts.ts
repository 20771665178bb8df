import type { AnnotationCollector } from "../commands/annotations.ts";
import type { ActionProcess, GracePeriods, ProcessEnd } from "./action-process.ts";
import type { CommandFiles } from "../files/command-files.ts";
import type { CommandProcessor } from "../commands/command-processor.ts";
import type { Masker } from "../text/masker.ts";
import type { Problem, StageName } from "../result/result.ts";
import type { RunningStage } from "./running-stage.ts";

/** What a test does while a stage runs. */
export type StageScript = (run: RunningStage) => Promise<void>;

/** What a stage is run with. */
export type StageParts = {
  stage: StageName;
  node: string;
  scriptPath: string;
  cwd: string;
  /** A new folder for the command files. */
  filesDirectory: string;
  buildEnv: (files: CommandFiles) => Record<string, string>;
  masker: Masker;
  problems: Problem[];
  declaredOutputs: readonly string[];
  unexpectedInputs: readonly string[];
  graces: GracePeriods;
  isDebug: boolean;
  runsWhenCancelled: boolean;
  isInContainer: boolean;
  script: StageScript | undefined;
  /** Beyond this the process is killed and the run rejects. */
  deadlineMs: number;
  startedAt: number;
  clock: () => number;
};

/** A stage whose process has ended and whose files are still to be read. */
export type FinishedStage = StageParts & {
  startedAtMs: number;
  files: CommandFiles;
  annotations: AnnotationCollector;
  processor: CommandProcessor;
  action: ActionProcess;
  end: ProcessEnd;
};
