import { visibleText } from "@qizhi/core/internal";
import { checkSpec } from "../../spec/check-spec.ts";
import type { Run } from "../../context/command.ts";
import { exitCode } from "../../errors/exit-code.ts";
import { printJson, printNote, printResult } from "../../terminal/io.ts";
import { printOrigins } from "../../spec/show-spec.ts";
import { specSchema } from "../../spec/spec-schema.ts";

/** `qizhi validate`: names every problem of every spec, at its place. */
export const validate: Run = async ({ args, options, io }) => {
  const checked = await Promise.all(args.map((file) => checkSpec(file, options, io)));
  const all = checked.flatMap(({ problems }) => problems);
  const errors = all.filter(({ severity }) => severity === "error").length;
  const warnings = all.length - errors;
  const isValid = (problems: readonly (typeof all)[number][]) =>
    problems.every(({ severity }) => severity !== "error");
  if (options.flag("json")) {
    const files = checked.map(({ file, problems, extra, origins }) => {
      const from = origins.length > 0 && { origins };
      return { file, valid: isValid(problems), problems, extra, ...from };
    });
    printJson(io, { valid: errors === 0, errors, warnings, files });
  } else {
    for (const { file, problems, texts, origins } of checked) {
      if (texts.length > 0) printNote(io, texts.join("\n"));
      if (isValid(problems)) printResult(io, visibleText(file) + io.t.colon + io.t.valid);
      printOrigins(origins, io);
    }
    if (all.length > 0) printNote(io, io.t.spec.summary(errors, warnings));
  }
  return errors === 0 ? exitCode.ok : exitCode.usage;
};

/** `qizhi schema`: the JSON Schema of a job spec. */
export const schema: Run = async ({ io }) => {
  printJson(io, specSchema);
  return exitCode.ok;
};
