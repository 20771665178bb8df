import { parse } from "yaml";

/** A step of a workflow. */
export type Step = {
  id?: string;
  uses?: string;
  run?: string;
  with?: Record<string, string | number | boolean>;
  env?: Record<string, string>;
};

/** A job of a workflow. */
export type Job = {
  permissions?: Record<string, string>;
  "timeout-minutes"?: number;
  env?: Record<string, string>;
  steps: Step[];
};

/** A workflow. */
export type Workflow = {
  name: string;
  on: unknown;
  permissions?: Record<string, string>;
  concurrency?: unknown;
  jobs: Record<string, Job>;
};

/** Reads a workflow. */
export function parseWorkflow(text: string): Workflow {
  return parse(text);
}

/** The steps that use this repository's action, with the environment of their jobs. */
export function findActionSteps({ jobs }: Workflow): { step: Step; env: Record<string, string> }[] {
  return Object.values(jobs).flatMap((job) =>
    job.steps
      .filter(
        ({ uses }) =>
          uses !== undefined && /(^\.|^[\w-]+\/qizhi)\/packages\/action(@|$)/.test(uses),
      )
      .map((step) => ({ step, env: { ...job.env, ...step.env } })),
  );
}

/**
 * Fills in the expressions of a map, as `${{ secrets.NAME }}`.
 * @throws {Error} for an expression that has no value.
 */
export function evaluate(
  map: Readonly<Record<string, string | number | boolean>>,
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  const fill = (text: string) =>
    text.replace(/\$\{\{\s*([\w.-]+)\s*\}\}/g, (whole, name: string) => {
      const value = values[name];
      if (value === undefined) throw new Error(`nothing is known of ${whole}`);
      return value;
    });
  return Object.fromEntries(
    Object.entries(map).map(([name, value]) => [name, fill(String(value))]),
  );
}
