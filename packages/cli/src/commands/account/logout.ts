import { visibleText } from "@qizhi/core/internal";
import { inputError } from "../../errors/cli-error.ts";
import { Accounts, noteEnvironment } from "../../access/accounts.ts";
import type { Run } from "../../context/command.ts";
import { exitCode } from "../../errors/exit-code.ts";
import { printJson, printNote } from "../../terminal/io.ts";

/** `qizhi logout`: forgets a kept token. */
export const logout: Run = async ({ options, io }) => {
  const { t, env } = io;
  const accounts = new Accounts(io);
  const given = options.text("account") ?? (env["QIZHI_ACCOUNT"] || undefined);
  // Unreadable accounts go too.
  const all = accounts.entries().map(({ name }) => name);
  const usual = accounts.defaultName();
  const wanted = options.flag("all") ? all : [given ?? usual].filter((name) => name !== undefined);
  if (given !== undefined && !options.flag("all") && !all.includes(given)) {
    throw inputError(["account.none", visibleText(given)], "account.seeAll");
  }
  if (wanted.length === 0 && all.length > 0) {
    throw inputError(["account.several", all.map(visibleText).join(", ")], "account.nameOne");
  }
  for (const name of wanted) accounts.remove(name);
  if (usual !== undefined && wanted.includes(usual)) accounts.setDefault(undefined);
  if (options.flag("json")) printJson(io, { logged_out: wanted });
  else if (wanted.length === 0) printNote(io, t.account.noneKept);
  for (const name of options.flag("json") ? [] : wanted) {
    printNote(io, t.account.loggedOut(visibleText(name)));
  }
  noteEnvironment(io);
  return exitCode.ok;
};
