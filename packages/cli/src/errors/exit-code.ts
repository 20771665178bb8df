import { phases } from "@qizhi/core/internal";
import { isQizhiError, type KnownError, type Phase } from "@qizhi/core";
import { OutputError } from "./cli-error.ts";

/** What the process ends with; the table is in the README, with what is left running in docs/troubleshooting.md. */
export const exitCode = {
  /** Done; a job that was waited for succeeded. */
  ok: 0,
  /** The job ended failed or stopped, or nobody knows how. */
  jobFailed: 1,
  /** The command line, the configuration or the spec is wrong; nothing was sent. */
  usage: 2,
  /** The platform refused or could not be reached. */
  platform: 3,
  /** The wait reached its limit; the job is still active. */
  stillActive: 4,
  /** A create was sent and its outcome is unknown: the job may exist. */
  unknownOutcome: 5,
  /** The result could not be written (EX_IOERR); what it tells of has happened. */
  output: 74,
  /** SIGHUP: the terminal was closed. */
  hungUp: 129,
  /** Ctrl-C. */
  interrupted: 130,
  /** SIGTERM. */
  terminated: 143,
} as const;

/** The exit code of an error, by its kind. A fault of our own counts as 70 (EX_SOFTWARE). */
export function exitCodeOf(error: unknown): number {
  if (error instanceof OutputError) return exitCode.output;
  if (!isQizhiError(error)) return 70;
  switch (error.code) {
    case "spec":
    case "input":
      return exitCode.usage;
    case "auth":
      return error.reason === "missing" ? exitCode.usage : exitCode.platform;
    case "submission_unknown":
      return exitCode.unknownOutcome;
    case "job_ended":
      return exitCode.jobFailed;
    case "wait_timeout":
      return exitCode.stillActive;
    default:
      return exitCode.platform;
  }
}

/** An error as a document has it. */
export function toErrorJson(error: KnownError): Readonly<Record<string, unknown>> {
  return { ...error.toJSON(), exit_code: exitCodeOf(error) };
}

/** The exit code of a wait that ended in this phase. */
export function exitCodeOfPhase(phase: Phase): number {
  if (phase === "succeeded") return exitCode.ok;
  return phases[phase].isOver ? exitCode.jobFailed : exitCode.stillActive;
}

// A job that may run unseen says most, then a known failure, then a job that still runs, then not having
// been able to ask.
const severity = [
  exitCode.ok,
  exitCode.usage,
  exitCode.platform,
  exitCode.stillActive,
  exitCode.jobFailed,
  exitCode.unknownOutcome,
] as const;

/** One exit code for several jobs: the gravest. */
export function gravest(codes: readonly number[]): number {
  return severity.findLast((code) => codes.includes(code)) ?? codes[0] ?? exitCode.ok;
}

/** {@link gravest}, where the code of a signal or of a result that could not be written says more than any. */
export function joinCodes(...codes: readonly number[]): number {
  return codes.find((code) => !severity.some((each) => each === code)) ?? gravest(codes);
}
