import { maskSpec } from "../../spec/mask-spec.ts";
import { looksSecret } from "../../text/looks-secret.ts";
import type { SweepRun } from "./runs.ts";

/**
 * A copy of a run for a log: {@link maskSpec} of its spec, and `***` for each of its values that looks like a secret,
 * by its name in the matrix as well, wherever in the run it stands.
 * @returns the copy and how many values of the spec were masked.
 */
export function maskRun(run: SweepRun): { readonly shown: SweepRun; readonly masked: number } {
  const secrets = Object.entries(run.parameters)
    .flatMap(([name, value]) => (looksSecret(name, value) ? [value] : []))
    // One may be a part of another.
    .toSorted((a, b) => b.length - a.length);
  const hide = (text: string) => secrets.reduce((rest, each) => rest.replaceAll(each, "***"), text);
  const { shown: spec, masked } = maskSpec(run.spec, hide);
  const entries = Object.entries(run.parameters).map(([name, value]) => [name, hide(value)]);
  return {
    shown: { ...run, name: hide(run.name), parameters: Object.fromEntries(entries), spec },
    masked,
  };
}
