import * as z from "zod/mini";
import { once } from "./once.ts";
import { wireObject } from "./scalars.ts";

const hex = "[0-9a-fA-F]";
/** The form of a UUID, the tail of every id of the platform (wire 4). */
export const uuidPattern = `${hex}{8}-${hex}{4}-${hex}{4}-${hex}{4}-${hex}{12}`;

const cutOff = /^job-[0-9a-fA-F-]{0,35}$/;

/**
 * A train job's id: `job-<uuid>`, 40 characters (wire 4). A cut-off one is refused; another form is let
 * through, should the platform issue them, but none that a command reads as an option or a path.
 */
export const jobIdSchema = once(() =>
  z.string().check(
    z.regex(/^[a-z0-9][\w.-]{0,199}$/i, "is not a job id: job- and 36 characters"),
    z.refine((id) => !cutOff.test(id), {
      error: ({ input }) =>
        `is cut off: ${String(input).length} of 40 characters; copy the whole job id`,
    }),
  ),
);

/** Body of `train_job/detail` (page: pkg_openapi_controller_train.DetailReq). */
export const detailRequestSchema = once(() =>
  z.strictObject({
    /** The job to read. */
    job_id: jobIdSchema(),
  }),
);

/** Body of `train_job/stop` (page: pkg_openapi_controller_train.StopReq). */
export const stopRequestSchema = once(() =>
  z.strictObject({
    /** The job to stop. */
    job_id: jobIdSchema(),
  }),
);

/** Answer of `train_job/stop`: an empty object (page; wire 5). */
export const stopAnswerSchema = wireObject(() => ({}));
