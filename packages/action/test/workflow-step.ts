import { parse } from "yaml";

/** A step of a workflow. */
export type Step = {
  id?: string;
  name?: string;
  if?: string;
  uses?: string;
  run?: string;
  "continue-on-error"?: boolean;
  with?: Record<string, string | number | boolean>;
  env?: Record<string, string>;
};

/** A job of a workflow. */
export type Job = {
  if?: string;
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

/** Whether a step uses this repository's action. */
export function isOwnAction({ uses = "" }: Step): boolean {
  return /(^\.|^[\w-]+\/qizhi)\/packages\/action(@|$)/.test(uses);
}

/** The steps that use this repository's action, with the environment of their jobs. */
export function findActionSteps({ jobs }: Workflow): { step: Step; env: Record<string, string> }[] {
  return Object.values(jobs).flatMap((job) =>
    job.steps.filter(isOwnAction).map((step) => ({ step, env: { ...job.env, ...step.env } })),
  );
}
