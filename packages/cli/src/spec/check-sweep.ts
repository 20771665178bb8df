import type { ReadSpecOptions, SpecSource, SpecWarning, WarningContext } from "@qizhi/core";
import { findSweepWarnings, readSweep } from "@qizhi/core";

/** What is unwise about a sweep. @throws {SpecError} it is wrong. */
export async function checkSweep(
  source: SpecSource,
  overrides: ReadSpecOptions,
  context: WarningContext,
): Promise<SpecWarning[]> {
  return findSweepWarnings(await readSweep(source, overrides), context);
}
