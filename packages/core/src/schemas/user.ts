import { openEnum, WireText, wireObject } from "./scalars.ts";

export const GlobalRoleSchema = openEnum([0, 1, 2]);

export const UserExtraInfoSchema = wireObject({
  institution_id: WireText,
  login_name: WireText,
});

export const UserSchema = wireObject({
  avatar_url: WireText,
  created_at: WireText,
  email: WireText,
  extra_info: UserExtraInfoSchema,
  global_role: GlobalRoleSchema,
  id: WireText,
  name: WireText,
  name_en: WireText,
});
