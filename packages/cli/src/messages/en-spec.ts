import type { SpecWarning } from "@qizhi/core";

/** English texts about job specs. Values in them have gone through `visibleText` before. */
export const spec = {
  warning: "warning",
  /** What a warning says. */
  warn: (warning: SpecWarning): string => warning.message,
  summary: (errors: number, warnings: number): string =>
    [countOf(errors, "error"), countOf(warnings, "warning")].filter(Boolean).join(", "),
};

function countOf(count: number, noun: string): string {
  if (count === 0) return "";
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}

/** English texts about specs that are made from jobs. */
export const clone = {
  from: (name: string, jobId: string) => `The spec of ${name} (${jobId})`,
  written: (file: string, jobId: string) => `Wrote the spec of ${jobId} to ${file}. Check it with:`,
  perNode: (parts: string) => `one node: ${parts}`,
  cpus: (count: number) => `${count} CPUs`,
  priorityUnknown: "the platform does not tell; 4 is its usual one",
  retriesUnknown: "the platform does not tell; 10 is the most",
  envsFromHere: "as submitted from here; the platform does not give variables back",
  envsUnknown:
    "envs: the platform does not give variables back, though the job has them. Add yours:\nenvs:\n  NAME: value",
  gap: "fill in; the platform does not give it back",
  notGiven: (path: string) => `${path} is missing: the platform does not give it back.`,
  notFromHere: (jobId: string) =>
    `${jobId} was not submitted from here, so what was sent is not known.`,
  cloneInstead: (jobId: string) =>
    `Run qizhi clone ${jobId} job.yaml, look it over, and submit that.`,
};

/** English texts about writing files. */
export const write = {
  exists: (file: string) => `${file} is there already.`,
  forceHint: "Add --force to replace it, or give another name.",
  replace: (file: string) => `Replace ${file}?`,
  left: "Nothing was written.",
};
