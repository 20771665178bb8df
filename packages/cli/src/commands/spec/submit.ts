import type { JobSpec } from "@qizhi/core";
import { readSpec } from "@qizhi/core/sweep";
import { maskSpec } from "@qizhi/core/internal";
import { connect } from "../../access/connect.ts";
import type { CommandInput, Run } from "../../context/command.ts";
import type { Options } from "../../context/options.ts";
import { exitCode } from "../../errors/exit-code.ts";
import { findOrigin, withOrigin } from "../../history/origin.ts";
import { readWaitSettings } from "../../jobs/wait-settings.ts";
import { warnOf, warnOfShellLine } from "../../spec/check-spec.ts";
import { confirmPlan, type Planned, toPlanOf } from "../../spec/confirm-plan.ts";
import { readSource, readSpecOptions } from "../../spec/read-spec.ts";
import { endDryRun, printOrigins, toDryBody, toOrigins, toShown } from "../../spec/show-spec.ts";
import { type Io, printDocuments } from "../../terminal/io.ts";
import { submitTo } from "./submit-tries.ts";

/** `qizhi submit`: checks a spec, sends one create, and waits when asked. */
export const submit: Run = async (input) => {
  const { args, options, rest, io } = input;
  // A wrong limit is reported before any file is read.
  readWaitSettings(options);
  warnOfShellLine(rest, io);
  const source = await readSource(args[0]!, io);
  const settings = await readSpecOptions(options, rest, io);
  const overrides = { ...settings, matrix: options.list("matrix") };
  const parsed = await readSpec(source, overrides);
  options.checkTerms(parsed.kind);
  if (parsed.kind === "sweep") {
    const { submitSweep } = await import("../../sweep/submit-sweep.ts");
    return submitSweep(parsed, input, settings);
  }
  const read = await warnOf(parsed.check(), io);
  const { spec } = read;
  if (options.flag("dryRun")) {
    printOrigins(toOrigins(read), io);
    return dryRun([spec], options, io);
  }
  return confirmAndSubmit(spec, settings, input, options.flag("allowUnknown"), args[0]);
};

/** Asks where it is due, connects, and submits a checked spec. @param below what lies below the spec. */
export async function confirmAndSubmit(
  spec: JobSpec,
  below: Planned["below"],
  input: CommandInput,
  allowUnknown: boolean,
  file?: string,
): Promise<number> {
  const { options, io } = input;
  if (!(await confirmPlan({ plan: toPlanOf(spec), below }, options, io))) return exitCode.usage;
  const note = options.text("note");
  const [opened, origin] = await Promise.all([connect(options, io), findOrigin(file, note, io)]);
  const connection = withOrigin(opened, origin);
  try {
    return await submitTo(connection, spec, input, { allowUnknown });
  } finally {
    await connection.dispose();
  }
}

/** Prints what would be sent, one body or a list; secrets only with `--show-secrets`. */
export function dryRun(specs: readonly JobSpec[], options: Options, io: Io): number {
  printDocuments(toShown(specs.map(toDryBody), maskSpec, options, io), io);
  return endDryRun(specs, io);
}
