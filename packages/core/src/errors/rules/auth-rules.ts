import type { BrokenRule } from "../../schemas/spec-rules.ts";
import { sayCall, type Said } from "./sentences.ts";

/** Why no token is to be had. */
export type AuthReason = "missing" | "login_refused" | "token_refused";

/** How a platform or something in front of it refused: its own words, a redirect or a bare status. */
export interface Refusal {
  readonly kind: "words" | "redirect" | "status";
  /** HTTP status. */
  readonly status: number;
  /** The platform's words, made harmless. */
  readonly said?: string | undefined;
  /** The platform's code. */
  readonly platformCode?: number | undefined;
}

function toText({ kind, status, said, platformCode }: Refusal): string {
  if (kind === "words" && said) return said;
  if (kind === "redirect") return `a redirect (HTTP ${status})`;
  return platformCode === undefined ? `HTTP ${status}` : `HTTP ${status}, code ${platformCode}`;
}

interface Refused {
  readonly host: string;
  readonly refusal: Refusal;
}

/** Missing and refused logins in English words. */
export const authRules = {
  no_login: ({ host }: { host: string }): Said => ({
    summary: `Not logged in to ${host}.`,
    hint: "Give a username and a password, or an access token.",
  }),
  login_refused: ({ host, refusal }: Refused): Said => ({
    summary: `${host} refused the login: ${toText(refusal)}.`,
    hint: "Check the username and the password.",
  }),
  // The platform says the same for both causes (wire 1.3).
  login_refused_or_closed: ({ host, refusal }: Refused): Said => ({
    summary: `${host} refused the login: ${toText(refusal)}.`,
    hint: "Either the username or the password is wrong, or the OpenAPI is not enabled for this account: open it in the web console under 个人中心 → OpenAPI, or ask the administrators. It was not tried again, because repeated wrong logins may lock an account.",
  }),
  login_not_reached: ({ host, refusal }: Refused): Said => ({
    summary: `${host} refused the login: ${toText(refusal)}.`,
    hint: "Check the base URL, the VPN and the proxy.",
  }),
  token_refused: ({ host, refusal }: Refused): Said => ({
    summary: `The access token for ${host} is not accepted: ${toText(refusal)}.`,
    hint: "Log in again, or give a new token.",
  }),
  new_token_refused: ({ host, refusal, operation }: Refused & { operation: string }): Said => ({
    summary: `${host} refused to ${sayCall(operation)} although the access token is new: ${toText(refusal)}.`,
    hint: "Check that the account may use the OpenAPI, and that the base URL is right.",
  }),
};

/** Stable name of what an AuthError is about. */
export type AuthRule = keyof typeof authRules;
/** A rule with its facts. */
export type BrokenAuthRule = BrokenRule<typeof authRules>;

/** The reason that goes with each rule. */
export const authReasons: Readonly<Record<AuthRule, AuthReason>> = {
  no_login: "missing",
  login_refused: "login_refused",
  login_refused_or_closed: "login_refused",
  login_not_reached: "login_refused",
  token_refused: "token_refused",
  new_token_refused: "token_refused",
};
