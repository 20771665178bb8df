import { readTokenEnd, visibleText } from "@qizhi/core/internal";
import { type Access, findAccess } from "../../access/access.ts";
import { readMode } from "../../access/account-file.ts";
import type { Run } from "../../context/command.ts";
import { exitCode } from "../../errors/exit-code.ts";
import { printJson, printNote, printResult } from "../../terminal/io.ts";
import { toRowsText } from "../../text/table.ts";
import { toIsoTime, toMomentText } from "../../text/time-text.ts";

/** `qizhi whoami`: who the next command works as. Nothing is sent; the token is never shown. */
export const whoami: Run = async ({ options, io }) => {
  const { t } = io;
  const access = findAccess(options, io);
  const { baseUrl, username, overruled } = access;
  const { state, from, file, expiresAt, account } = describe(access);
  if (overruled !== undefined) printNote(io, t.account.overruled(visibleText(overruled)));
  if (options.flag("json")) {
    printJson(io, {
      account: account ?? null,
      username: username ?? null,
      base_url: baseUrl,
      host: new URL(baseUrl).host,
      login_from: from,
      file: file ?? null,
      state,
      expires_at: toIsoTime(expiresAt),
      expires_in_ms: expiresAt === undefined ? null : expiresAt - Date.now(),
    });
  } else if (state === "none") {
    printNote(io, `${t.notLoggedIn(visibleText(baseUrl))}\n  ${t.waysOn}`);
  } else {
    const { labels } = t.account;
    printResult(
      io,
      toRowsText([
        [labels.account, account && visibleText(account)],
        [labels.username, username && visibleText(username)],
        [labels.platform, visibleText(baseUrl)],
        [labels.from, toSource(from, file)],
        [labels.until, expiresAt === undefined ? undefined : toMomentText(expiresAt, t)],
      ]),
    );
    if (file !== undefined && readMode(file).isLoose) {
      printNote(io, t.account.loose(visibleText(file)));
    }
    if (from === "QIZHI_PASSWORD") printNote(io, t.account.everyTime);
    if (state === "expired") {
      printNote(io, account === undefined ? t.account.newToken : t.account.again(account));
    }
  }
  return state === "valid" || state === "unknown" ? exitCode.ok : exitCode.usage;
};

function toSource(from: Standing["from"], file: string | undefined): string | undefined {
  return file === undefined ? (from ?? undefined) : `${visibleText(file)} (${readMode(file).mode})`;
}

interface Standing {
  /** `unknown`: a token that does not say when it expires, or a password that was not tried yet. */
  readonly state: "valid" | "expired" | "unknown" | "none";
  readonly from: "QIZHI_TOKEN" | "QIZHI_PASSWORD" | "account" | null;
  readonly account?: string;
  readonly file?: string;
  readonly expiresAt?: number | undefined;
}

function describe({ way }: Access): Standing {
  if (way.by === "nothing") return { state: "none", from: null };
  if (way.by === "password") return { state: "unknown", from: "QIZHI_PASSWORD" };
  const expiresAt = way.by === "token" ? readTokenEnd(way.accessToken) : way.account.expiresAt;
  const isOver = expiresAt !== undefined && expiresAt <= Date.now();
  const state = expiresAt === undefined ? "unknown" : isOver ? "expired" : "valid";
  if (way.by === "token") return { state, from: "QIZHI_TOKEN", expiresAt };
  const { name } = way.account;
  return { state, from: "account", account: name, file: way.accounts.fileOf(name), expiresAt };
}
