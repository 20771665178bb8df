import * as z from "zod/mini";
import { jobField } from "./job-fields.ts";
import { specFields } from "./spec-input.ts";

/** The description of the submit tool. */
export const submitDescription = `Submit a job to the Qizhi cluster. It takes GPUs that cost money, so it never happens in one call:
1. Call it without confirmation. Nothing is sent; the answer holds the plan (what would be sent, to which platform, as whom, how many nodes, warnings) and a confirmation.
2. Show the plan to the user. Only when the user agrees, call it again with the same arguments and that confirmation.
A confirmation is good once, for 10 minutes, and only for the very same spec; after any change it answers with a new plan. Never submit again after an error with code submission_unknown: the job may exist.`;

const confirmFields = {
  again: z.optional(
    z
      .boolean()
      .check(z.describe("Submit although an earlier, equal submit has an unknown outcome")),
  ),
  dry_run: z.optional(
    z.boolean().check(z.describe("Only the plan, also where a confirmation is given")),
  ),
  confirmation: z.optional(
    z.string().check(z.describe("From the plan that the user has agreed to")),
  ),
};

/** Arguments of the submit tool. */
export const submitSchema = z.strictObject({
  ...specFields,
  name: z.optional(z.string().check(z.describe("Replaces the job's name"))),
  ...confirmFields,
});

/** A submit as a tool gets it. */
export type SubmitInput = z.infer<typeof submitSchema>;

/** The description of the rerun tool. */
export const rerunDescription =
  "Submit again what was submitted from this machine, with the secrets of its variables, which no tool shows. In two calls, as submit: first a plan, then the same with the confirmation that the user has agreed to.";

/** Arguments of the rerun tool. */
export const rerunSchema = z.strictObject({
  job: jobField,
  set: specFields.set,
  name: z.optional(z.string().check(z.describe("Replaces the job's name"))),
  ...confirmFields,
});

/** A rerun as a tool gets it. */
export type RerunInput = z.infer<typeof rerunSchema>;

/** What both tools know of the confirmation. */
export type Confirmed = Pick<RerunInput, keyof typeof confirmFields>;
