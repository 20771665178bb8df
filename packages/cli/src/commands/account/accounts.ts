import { readTokenEnd, visibleText } from "@qizhi/core/internal";
import { inputError } from "../../errors/cli-error.ts";
import { Accounts, noteEnvironment, toAccountJson } from "../../access/accounts.ts";
import { type Account, readMode } from "../../access/account-file.ts";
import type { Run } from "../../context/command.ts";
import { exitCode } from "../../errors/exit-code.ts";
import { printError, printJson, printNote, printResult } from "../../terminal/io.ts";
import type { Messages } from "../../messages/en.ts";
import { toIsoTime, toMomentText } from "../../text/time-text.ts";
import { columnsOf } from "../../terminal/streams.ts";
import { type Column, drawTable, toRowsText } from "../../text/table.ts";
import { type Access, findAccess } from "../../access/access.ts";

/** `qizhi accounts [name]`: the saved logins; with a name, that one becomes the default. */
export const accounts: Run = async ({ args, options, io }) => {
  const { t } = io;
  const kept = new Accounts(io);
  const [name] = args;
  if (name !== undefined) {
    if (kept.find(name) === undefined) {
      throw inputError(["account.none", visibleText(name)], "account.seeAll");
    }
    kept.setDefault(name);
    printNote(io, t.account.isDefault(visibleText(name)));
  }
  const usual = kept.defaultName();
  const entries = kept.entries();
  const all = entries.flatMap((each) => ("account" in each ? each.account : []));
  if (options.flag("json")) {
    printJson(
      io,
      all.map((account) => toAccountJson(account, kept)),
    );
  } else if (entries.length === 0) {
    printNote(io, t.account.noneKept);
  } else if (name === undefined && all.length > 0) {
    const { labels } = t.account;
    const columns: Column<Account>[] = [
      { title: "", cell: ({ name: each }) => (each === usual ? "*" : " ") },
      { title: labels.account, cell: ({ name: each }) => visibleText(each) },
      { title: labels.username, cell: ({ username }) => visibleText(username) },
      { title: labels.platform, cell: ({ baseUrl }) => visibleText(baseUrl) },
      { title: labels.until, cell: ({ expiresAt }) => toUntil(expiresAt, t) },
    ];
    printResult(io, drawTable(all, columns, columnsOf(io.stdout)).join("\n"));
  }
  for (const each of entries) if ("error" in each) printError(io, each.error);
  return exitCode.ok;
};

function toUntil(expiresAt: number | undefined, t: Messages): string {
  return expiresAt === undefined ? "" : toMomentText(expiresAt, t);
}

/** `qizhi logout`: forgets a kept token. */
export const logout: Run = async ({ options, io }) => {
  const { t, env } = io;
  const kept = new Accounts(io);
  const given = options.text("account") ?? (env["QIZHI_ACCOUNT"] || undefined);
  // Unreadable accounts go too.
  const all = kept.entries().map(({ name }) => name);
  const usual = kept.defaultName();
  const wanted = options.flag("all") ? all : [given ?? usual].filter((name) => name !== undefined);
  if (given !== undefined && !options.flag("all") && !all.includes(given)) {
    throw inputError(["account.none", visibleText(given)], "account.seeAll");
  }
  if (wanted.length === 0 && all.length > 0) {
    throw inputError(["account.several", all.map(visibleText).join(", ")], "account.nameOne");
  }
  for (const name of wanted) kept.remove(name);
  if (usual !== undefined && wanted.includes(usual)) kept.setDefault(undefined);
  if (options.flag("json")) printJson(io, { logged_out: wanted });
  else if (wanted.length === 0) printNote(io, t.account.noneKept);
  for (const name of options.flag("json") ? [] : wanted) {
    printNote(io, t.account.loggedOut(visibleText(name)));
  }
  noteEnvironment(io);
  return exitCode.ok;
};

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
