import { valueAt } from "./explain.ts";
import type { ParsedText } from "./text/place.ts";
import { setIn } from "./set-path.ts";

/**
 * The parsed value with each bare number or word of an `envs` map as it is written in the file, so that
 * `VERSION: 1.10`, `LR: 1e-3` and a 20 digit seed reach the job letter for letter.
 */
export function keepEnvText(parsed: ParsedText): unknown {
  const envs = valueAt(parsed.value, ["envs"]);
  if (typeof envs !== "object" || envs === null || Array.isArray(envs)) return parsed.value;
  const written = Object.entries(envs).map(([name, held]) => {
    if (typeof held !== "number" && typeof held !== "boolean") return [name, held];
    return [name, parsed.locate(["envs", name])?.raw ?? held];
  });
  const outcome = setIn(parsed.value, ["envs"], Object.fromEntries(written));
  return outcome.ok ? outcome.value : parsed.value;
}
