import { maskSpec } from "../../spec/mask-spec.ts";
import { valueAt } from "../../spec/explain.ts";
import type { SpecPath } from "../../spec/text/place.ts";
import { looksSecret } from "../../text/looks-secret.ts";
import type { SweepRun } from "./runs.ts";

/**
 * A copy of a run for a log: {@link maskSpec} of its spec, and `***` for each of its values that looks like a secret,
 * by its name in the matrix as well, wherever in the run it stands.
 * @returns the copy and how many texts of the spec were masked.
 */
export function maskRun(run: SweepRun): { readonly shown: SweepRun; readonly masked: number } {
  const secrets = Object.entries(run.parameters)
    .flatMap(([name, value]) => (looksSecret(name, value) ? [value] : []))
    // One may be a part of another.
    .toSorted((a, b) => b.length - a.length);
  const hide = (text: string) => secrets.reduce((rest, each) => rest.replaceAll(each, "***"), text);
  const once = maskSpec(run.spec).shown;
  let masked = 0;
  const show = (value: unknown, path: SpecPath): unknown => {
    if (Array.isArray(value)) return value.map((entry, index) => show(entry, [...path, index]));
    if (typeof value === "object" && value !== null) {
      const entries = Object.entries(value);
      return Object.fromEntries(entries.map(([key, held]) => [key, show(held, [...path, key])]));
    }
    const isSecret = typeof value === "number" && secrets.includes(String(value));
    const shown = isSecret ? "***" : valueAt(once, path);
    const hidden = typeof shown === "string" ? hide(shown) : shown;
    if (hidden !== value) masked += 1;
    return hidden;
  };
  const entries = Object.entries(run.parameters).map(([name, value]) => [name, hide(value)]);
  // The mask changes no shape.
  const spec = show(run.spec, []) as SweepRun["spec"];
  return {
    shown: { ...run, name: hide(run.name), parameters: Object.fromEntries(entries), spec },
    masked,
  };
}
