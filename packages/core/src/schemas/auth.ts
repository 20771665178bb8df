import * as z from "zod/mini";
import { once } from "./once.ts";
import { wireInteger, wireObject, wireText } from "./scalars.ts";

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
