import * as z from "zod/mini";
import { WireInteger, WireText, wireObject } from "./scalars.ts";

/** Body of `POST /auth/token` (page: pkg_openapi_controller_auth.GetAuthTokenReq). */
export const TokenRequestSchema = z.lazy(() =>
  z.strictObject({
    /** The account's password, in clear inside TLS (wire 8). */
    password: z.string().check(z.minLength(1)),
    /** The account's login name. */
    username: z.string().check(z.minLength(1)),
  }),
);

/** Answer of `POST /auth/token` (page: pkg_openapi_controller_auth.GetAuthTokenResp). */
export const TokenAnswerSchema = wireObject(() => ({
  /** Bearer token; looks like a JWT, so `exp` can be read from it (wire 1.5). */
  access_token: WireText,
  /** Life of the token in seconds; text such as `"604800"` on the wire (wire 2.2). */
  expires_in: WireInteger,
  /** `Bearer`. */
  token_type: WireText,
}));
