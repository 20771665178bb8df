import type { SpecWarning } from "@qizhi/core";

/** English texts about job specs. Values in them have gone through `visibleText` before. */
export const spec = {
  warning: "warning",
  /** What a warning says. */
  warn: (warning: SpecWarning): string => warning.message,
  summary: (errors: number, warnings: number): string =>
    [count(errors, "error"), count(warnings, "warning")].filter(Boolean).join(", "),
};

function count(number: number, noun: string): string {
  if (number === 0) return "";
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`;
}
