import { maskSpec, visibleText } from "@qizhi/core/internal";
import { findAccess } from "../../access/access.ts";
import type { Run } from "../../context/command.ts";
import { exitCode } from "../../errors/exit-code.ts";
import { selectJob } from "../../history/selection.ts";
import { printJson, printNote, printResult } from "../../terminal/io.ts";
import { createTheme } from "../../terminal/style.ts";
import { findSent } from "./sent-spec.ts";

/** `qizhi diff`: the fields in which two submissions differ. Secrets are shown as `***`. Nothing is sent. */
export const diff: Run = async ({ args, options, io }) => {
  const client = findAccess(options, io);
  const read = (reference = "") => {
    const jobId = selectJob(reference, { client }, io);
    const { spec } = findSent({ client }, jobId, io);
    return { jobId, values: toFields(spec), shown: toFields(maskSpec(spec).shown) };
  };
  const [one, other] = [read(args[0]), read(args[1])];
  const paths = [...new Set([...one.values.keys(), ...other.values.keys()])];
  const changed = paths.filter((path) => one.values.get(path) !== other.values.get(path));
  if (options.flag("json")) {
    const toValue = (text: string | undefined) => (text === undefined ? null : JSON.parse(text));
    const fields = changed.map((path) => ({
      path,
      before: toValue(one.shown.get(path)),
      after: toValue(other.shown.get(path)),
    }));
    printJson(io, { before: one.jobId, after: other.jobId, fields });
    return exitCode.ok;
  }
  if (changed.length === 0) {
    printNote(io, io.t.history.equalSpecs);
    return exitCode.ok;
  }
  const theme = createTheme(io.stdout, io.env);
  const line = (sign: "+" | "-", path: string, value: string | undefined) => {
    if (value === undefined) return [];
    return theme.paint(sign === "+" ? "good" : "bad", visibleText(`${sign} ${path}: ${value}`));
  };
  const lines = changed.flatMap((path) => [
    line("-", path, one.shown.get(path)),
    line("+", path, other.shown.get(path)),
  ]);
  printResult(io, lines.flat().join("\n"));
  return exitCode.ok;
};

/** The values of a spec as JSON, by their paths; variables by their names. */
function toFields(value: unknown, path = ""): Map<string, string> {
  if (typeof value !== "object" || value === null) return new Map([[path, JSON.stringify(value)]]);
  const entries = Object.entries(value).flatMap(([key, each]) => {
    const step = Array.isArray(value) ? `[${toName(each) ?? key}]` : `${path && "."}${key}`;
    return [...toFields(each, path + step)];
  });
  return new Map(entries);
}

function toName(value: unknown): string | undefined {
  const name: unknown = Object(value)["name"];
  return typeof name === "string" ? name : undefined;
}
