import type { ReadSpecOptions, SpecSource, SpecWarning } from "@qizhi/core";
import type { WarningContext } from "@qizhi/core/internal";
import { findSweepWarnings, readSweep } from "@qizhi/core/sweep";

/** What is unwise about a sweep. @throws {SpecError} it is wrong. */
export async function checkSweep(
  source: SpecSource,
  overrides: ReadSpecOptions,
  context: WarningContext,
): Promise<SpecWarning[]> {
  return findSweepWarnings(await readSweep(source, overrides), context);
}
