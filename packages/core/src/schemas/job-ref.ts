import * as z from "zod/mini";
import { once } from "./once.ts";
import { wireObject, wireInteger, wireText } from "./scalars.ts";

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

const jobRequest = () =>
  z.strictObject({
    /** The job that is read or stopped. */
    job_id: jobIdSchema(),
  });

/** Body of `train_job/detail` (page: pkg_openapi_controller_train.DetailReq). */
export const detailRequestSchema = once(jobRequest);

/** Body of `train_job/stop` (page: pkg_openapi_controller_train.StopReq). */
export const stopRequestSchema = once(jobRequest);

/** Answer of `train_job/stop`: an empty object (page; wire 5). */
export const stopAnswerSchema = wireObject(() => ({}));

/** Body of `POST /auth/token` (page: pkg_openapi_controller_auth.GetAuthTokenReq). */
export const tokenRequestSchema = once(() =>
  z.strictObject({
    /** The account's password, in clear inside TLS (wire 8). */
    password: z.string().check(z.minLength(1)),
    /** The account's login name. */
    username: z.string().check(z.minLength(1)),
  }),
);

/** Answer of `POST /auth/token` (page: pkg_openapi_controller_auth.GetAuthTokenResp). */
export const tokenAnswerSchema = wireObject(() => ({
  /** Bearer token; looks like a JWT, so `exp` can be read from it (wire 1.5). */
  access_token: wireText(),
  /** Life of the token in seconds; text such as `"604800"` on the wire (wire 2.2). */
  expires_in: wireInteger(),
  /** `Bearer`. */
  token_type: wireText(),
}));
