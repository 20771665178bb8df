import { visibleText } from "@qizhi/core/internal";
import { inputError } from "../../errors/cli-error.ts";
import { Accounts, noteEnvironment, toAccountJson } from "../../access/accounts.ts";
import type { Account } from "../../access/account-file.ts";
import type { Run } from "../../context/command.ts";
import { exitCode } from "../../errors/exit-code.ts";
import { printError, printJson, printNote, printResult } from "../../terminal/io.ts";
import type { Messages } from "../../messages/en.ts";
import { toMomentText } from "../../text/time-text.ts";
import { columnsOf } from "../../terminal/streams.ts";
import { type Column, drawTable } from "../../text/table.ts";

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
