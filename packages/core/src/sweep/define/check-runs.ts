import type { SpecError } from "../../errors/errors.ts";
import type { ClientKeys } from "../../schemas/client-keys.ts";
import type { JobSpec } from "../../schemas/job-spec.ts";
import type { SpecProblem } from "../../spec/explain.ts";
import { checkJobSpec, mostProblems, type ParseSpecOptions } from "../../spec/parse.ts";
import { maskedValue } from "../../text/looks-secret.ts";
import type { Parameters } from "./matrix.ts";
import { fillTemplates } from "./template.ts";

/** A problem with the values of the first run that has it, unless all have it. */
export type RunProblem = SpecProblem & { run: string | undefined };

/** Checks every run; a problem that all of them have is one of the spec. */
export function checkRuns(
  template: unknown,
  runs: readonly Parameters[],
  options: ParseSpecOptions,
  fail: (problems: RunProblem[], more: number) => SpecError,
): { spec: JobSpec; client: ClientKeys; parameters: Parameters }[] {
  const found = new Map<string, { problem: SpecProblem; first: Parameters; count: number }>();
  let more = 0;
  const checked = runs.flatMap((parameters) => {
    const result = checkJobSpec(fillTemplates(template, parameters), options);
    if (result.ok) return [{ spec: result.spec, client: result.client, parameters }];
    more = Math.max(more, result.more);
    for (const problem of result.problems) {
      const id = JSON.stringify([problem.path, problem.message]);
      const entry = found.get(id);
      if (entry) entry.count += 1;
      else found.set(id, { problem, first: parameters, count: 1 });
    }
    return [];
  });
  if (found.size === 0) return checked;
  const problems = [...found.values()].slice(0, mostProblems).map(({ problem, first, count }) => {
    const run = count === runs.length ? undefined : formatParameters(first);
    return { ...problem, run };
  });
  throw fail(problems, more + Math.max(0, found.size - mostProblems));
}

/** The values of a run on one line: `lr=1e-3 seed=2`. */
function formatParameters(parameters: Parameters): string {
  const parts = Object.entries(parameters).map(
    ([name, value]) => `${name}=${maskedValue(name, value, 60)}`,
  );
  return parts.join(" ");
}
