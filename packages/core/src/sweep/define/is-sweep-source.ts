import { valueAt } from "../../spec/explain.ts";
import { parseText } from "../../spec/prepare.ts";
import type { SpecSource } from "../../spec/text/source.ts";
import { findTemplates } from "./template.ts";

/** Whether a spec's text has a `matrix` of its own, or a `{{ matrix.NAME }}` that wants one. */
export async function isSweepSource(source: SpecSource): Promise<boolean> {
  if (!/matrix["']?\s*:|\{\{\s*matrix/.test(source.text)) return false;
  const { value, broken } = await parseText(source);
  if (broken) return false;
  const { used, problems } = findTemplates(value, []);
  return valueAt(value, ["matrix"]) !== undefined || used.size > 0 || problems.length > 0;
}
