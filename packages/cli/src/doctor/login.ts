import { createClient, isQizhiError } from "@qizhi/core";
import { visibleText } from "@qizhi/core/internal";
import { sayError } from "../errors/cli-error.ts";
import { type Access, toClientLogin } from "../access/access.ts";
import type { CommandInput } from "../context/command.ts";
import { nextStep } from "../terminal/io.ts";
import { clientOptions } from "../access/client-options.ts";
import { toMomentText } from "../text/time-text.ts";
import { type Finding, findingsAbout } from "./finding.ts";

const found = findingsAbout("configuration");

// No platform has this job; the answer "not found" shows that the token is accepted.
export const noJob = "job-00000000-0000-4000-8000-000000000000";
const notFound = new Set([100002, 100003, 100004]);

/**
 * Tries the login, once: asks for a token with a password, or makes one call with a token.
 * @param isOpen whether the platform answers over a connection that secrets may use; else nothing is sent.
 */
export async function checkLogin(
  access: Access,
  isOpen: boolean,
  { options, io }: CommandInput,
): Promise<Finding> {
  const { t } = io;
  const { way, baseUrl } = access;
  if (way.by === "nothing") {
    return found("login", "fail", t.notLoggedIn(visibleText(baseUrl)), t.account.again());
  }
  const who = describe(access, t);
  if (way.by === "account") {
    const { name, expiresAt } = way.account;
    if (expiresAt !== undefined && expiresAt <= Date.now()) {
      const when = toMomentText(expiresAt, t);
      return found("login", "fail", t.doctor.expired(who, when), t.account.again(name));
    }
  }
  if (!isOpen) return found("login", "skip", t.doctor.loginNotTried(who));
  const client = createClient({
    ...clientOptions(options, io, baseUrl),
    maxAttempts: 1,
    ...toClientLogin(access),
  });
  try {
    await (way.by === "password" ? client.authenticate() : client.getJob(noJob));
  } catch (error) {
    if (!isQizhiError(error)) throw error;
    const isAnswered = error.code === "api" && notFound.has(Number(error.platformCode));
    if (!isAnswered) {
      const { summary, hint } = sayError(error, t);
      const next = nextStep(error, hint, io) ?? t.doctor.fixAnswer;
      return findingsAbout("platform")("login", "fail", who + t.colon + summary, next);
    }
  }
  return found("login", "ok", t.doctor.accepted(who));
}

/** The user name and the kind of login; never the secret itself. */
function describe({ way, username }: Access, t: CommandInput["io"]["t"]): string {
  const name = visibleText(username ?? "");
  if (way.by === "token") return t.doctor.from(name, "QIZHI_TOKEN").trim();
  if (way.by === "password") return t.doctor.from(name, "QIZHI_PASSWORD");
  if (way.by === "nothing") return "";
  const { expiresAt } = way.account;
  const until =
    expiresAt === undefined ? "" : `, ${t.account.labels.until} ${toMomentText(expiresAt, t)}`;
  return t.doctor.from(name, visibleText(way.accounts.fileOf(way.account.name))) + until;
}
