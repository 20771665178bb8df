export { RUNNER_GRACE_PERIODS, type GracePeriods } from "./stage/action-process.ts";
export { readActionFile, type ActionFile } from "./files/action-file.ts";
export { type Contexts, evaluateIf, fillAll } from "./files/expression.ts";
export { parsePairs } from "./files/command-files.ts";
export { parseCommand } from "./text/command-parser.ts";
export { splitLines } from "./text/lines.ts";
export { createMasker, encodedForms, MASK } from "./text/masker.ts";
export { findMatchedLines, SETUP_MATCHERS } from "./text/problem-matchers.ts";
export type {
  Annotation,
  CommandRecord,
  OutputLine,
  Problem,
  ProblemKind,
} from "./result/result.ts";
export type { RunnerResult, StageResult } from "./result/result.ts";
export { runAction, type RunOptions } from "./run-action.ts";
export type { RunningStage } from "./stage/running-stage.ts";
export { findPrintedBeforeMask, findSecrets, type SecretLeak } from "./result/secrets.ts";
export { writeTempAction, type TempAction, type TempActionParts } from "./files/temp-action.ts";
