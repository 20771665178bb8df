import { visibleText } from "@qizhi/core/internal";
import { inputError } from "../errors/cli-error.ts";
import type { Io } from "./io.ts";

export const outputFormats = ["text", "json", "yaml"] as const;

type OutputFormat = (typeof outputFormats)[number];

/**
 * Takes `--output` out of options as parsed, and sets `json`, which commands read as one document instead of text.
 * @throws {InputError} there is no such format.
 */
export function takeOutputFormat(values: Record<string, unknown>): OutputFormat {
  const given = values["output"];
  if (given === undefined) return values["json"] === true ? "json" : "text";
  const format = outputFormats.find((each) => each === given);
  if (format === undefined) {
    const text = typeof given === "string" ? given : "";
    throw inputError(["notAChoice", "--output", visibleText(text), outputFormats.join(", ")]);
  }
  delete values["output"];
  values["json"] = format !== "text";
  return format;
}

/** The format that a command line asks for, as far as it is known before the parse. */
export function guessOutputFormat(argv: readonly string[]): OutputFormat {
  const end = argv.indexOf("--");
  const words = end === -1 ? argv : argv.slice(0, end);
  const at = words.findLastIndex((word) => /^(?:--output|-o)(?:=|$)/.test(word));
  const given = at === -1 ? undefined : (words[at]!.split("=")[1] ?? words[at + 1]);
  return (
    outputFormats.find((each) => each === given) ?? (words.includes("--json") ? "json" : "text")
  );
}

/** An {@link Io} that writes its documents in this format. */
export async function withFormat(io: Io, format: OutputFormat): Promise<Io> {
  if (format !== "yaml") return io;
  const { toYaml } = await import("../text/yaml-writer.ts");
  const write = (value: unknown) => toYaml(toPlain(value)).trimEnd();
  return { ...io, writeDocument: write };
}

/** A document as JSON would have it: no undefined, no functions, dates as text. */
export function toPlain(value: unknown): unknown {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}
