import { encodedForms } from "../text/masker.ts";
import type { RunnerResult, StageResult } from "./run.ts";

/** A secret that shows where it must not. */
export type SecretLeak = {
  /** The name given with the sentinel. */
  sentinel: string;
  /**
   * `log`, `annotation` and `summary` as shown after masking; `output:<name>`, `state:<name>`,
   * `env:<name>` and `summary file` as written, where a mask does not help.
   */
  place: string;
  stage: StageResult["stage"];
  /** `raw`, or `encoded`: base64, JSON, URI, XML … */
  form: "raw" | "encoded";
  /** What it was found in, cut to 200 characters around it. */
  context: string;
};

/**
 * Looks for sentinel values, raw and in the forms the runner would mask. A text printed before its
 * `add-mask` shows in the log and is found there; a value in an output, the state or the summary is
 * found whether masked or not.
 *
 * @param sentinels name → value, such as `{ password: "…", "first token": "…" }`
 */
export function findSecrets(result: RunnerResult, sentinels: Record<string, string>): SecretLeak[] {
  const stages = [result.main, ...(result.post ? [result.post] : [])];
  return stages.flatMap((stage) =>
    textsOf(stage).flatMap(([place, text]) =>
      Object.entries(sentinels).flatMap(([sentinel, value]) => {
        const hit = findValue(text, value);
        return hit ? [{ sentinel, place, stage: stage.stage, ...hit }] : [];
      }),
    ),
  );
}

/** The first line that shows a value before any `add-mask` for it, even one masked for another reason. */
export function findPrintedBeforeMask(result: RunnerResult, value: string): string | undefined {
  for (const line of result.lines) {
    const isMask = line.isCommand && /add-mask/i.test(line.raw);
    if (isMask && line.raw.includes(value)) return undefined;
    if (!isMask && line.raw.includes(value)) return line.raw;
  }
  return undefined;
}

function textsOf(stage: StageResult): [place: string, text: string][] {
  const pairs = (place: string, values: Record<string, string>): [string, string][] =>
    Object.entries(values).map(([name, value]) => [`${place}:${name}`, `${name}=${value}`]);
  return [
    ...stage.lines.map(({ shown }): [string, string] => ["log", shown ?? ""]),
    ...stage.annotations.map(({ message, properties }): [string, string] => [
      "annotation",
      [message, ...Object.values(properties)].join("\n"),
    ]),
    ["summary", stage.summary],
    ["summary file", stage.files.STEP_SUMMARY],
    ...pairs("output", stage.outputs),
    ...pairs("state", stage.state),
    ...pairs("env", stage.env),
  ];
}

function findValue(text: string, value: string): Pick<SecretLeak, "form" | "context"> | undefined {
  for (const form of encodedForms(value)) {
    const at = text.indexOf(form);
    if (at < 0) continue;
    const context = text.slice(Math.max(0, at - 100), at + 100);
    return { form: form === value ? "raw" : "encoded", context };
  }
  return undefined;
}
