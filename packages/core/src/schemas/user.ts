import type * as z from "zod/mini";
import { openEnum, WireText } from "./scalars.ts";
import { wireObject } from "./wire-object.ts";

/** Role of a user on the platform; the values' meaning is not documented (page: user.GlobalRole). */
export const GlobalRoleSchema = openEnum([0, 1, 2]);
/** Role of a user on the platform. */
export type GlobalRole = z.infer<typeof GlobalRoleSchema>;

/** More of a user (page: user.ExtraInfo). */
export const UserExtraInfoSchema = wireObject({
  /** Id of the user's institution. */
  institution_id: WireText,
  /** Login name. */
  login_name: WireText,
});
/** More of a user. */
export type UserExtraInfo = z.infer<typeof UserExtraInfoSchema>;

/** Who made a job (page: user.UserBase). */
export const UserSchema = wireObject({
  /** Address of the picture. */
  avatar_url: WireText,
  /** When the account was made; form not documented. */
  created_at: WireText,
  /** Mail address. */
  email: WireText,
  /** Institution and login name. */
  extra_info: UserExtraInfoSchema,
  /** Role on the platform. */
  global_role: GlobalRoleSchema,
  /** `user-<uuid>` (wire-facts 4). */
  id: WireText,
  /** Name. */
  name: WireText,
  /** Name in Latin letters. */
  name_en: WireText,
});
/** Who made a job. */
export type User = z.infer<typeof UserSchema>;
