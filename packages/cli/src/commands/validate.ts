import { SpecError, visibleText } from "@qizhi/core";
import type { Run } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { printJson, printNote, printResult } from "../io.ts";
import { readSpec } from "../read-spec.ts";

/** `qizhi validate`: names every problem of every spec, at its place. */
export const validate: Run = async ({ args, options, io }) => {
  const checked = await Promise.all(
    args.map(async (file) => ({
      file,
      error: await findProblems(() => readSpec(file, options, [], io)),
    })),
  );
  if (options.flag("json")) {
    const documents = checked.map(({ file, error }) => ({
      file,
      valid: error === undefined,
      problems: error?.issues ?? [],
    }));
    printJson(io, documents.length === 1 ? documents[0] : documents);
  } else {
    for (const { file, error } of checked) {
      if (error === undefined) printResult(io, `${visibleText(file)}: ${io.t.valid}`);
      else printNote(io, error.message);
    }
  }
  return checked.some(({ error }) => error !== undefined) ? exitCode.usage : exitCode.ok;
};

async function findProblems(read: () => Promise<unknown>): Promise<SpecError | undefined> {
  try {
    await read();
    return undefined;
  } catch (error) {
    if (error instanceof SpecError) return error;
    throw error;
  }
}
