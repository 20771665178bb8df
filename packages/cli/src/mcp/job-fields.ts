import * as z from "zod/mini";

const how = "by whole id, by a prefix of it, by name, or @last for the newest of the history";

/** One job, as every command takes it. */
export const jobField = z.string().check(z.minLength(1), z.describe(`A job: ${how}`));

/** Several jobs. */
export const jobsField = z
  .array(z.string().check(z.minLength(1)))
  .check(z.minLength(1), z.maxLength(50), z.describe(`Jobs, each ${how}`));
