import type { Connection } from "../terminal/connection.ts";
import { createClient } from "@qizhi/core";
import { readTokenEnd, visibleText } from "@qizhi/core/internal";
import { openJournal, stateDir } from "@qizhi/core/journal";
import { findAccess, requireAccess, toAccessFlags, toClientLogin, type Access } from "./access.ts";
import { readMode, tighten } from "./account-file.ts";
import { clientOptions } from "./client-options.ts";
import { createIdLearner } from "./known-ids.ts";
import { type Io, printNote } from "../terminal/io.ts";
import type { Options } from "../context/options.ts";

/**
 * Connects to the platform that flags, environment and kept accounts name, in this order; with `--local`
 * to one that is started for the command.
 * @throws {AuthError} there is no login, or the kept one has expired.
 * @throws {InputError} half of a login is given, or no such account is kept.
 */
export async function connect(options: Options, io: Io): Promise<Connection> {
  if (io.connect !== undefined) return io.connect();
  if (options.flag("local")) {
    const { openLocalPlatform } = await import("./local-platform.ts");
    return openLocalPlatform(options, io);
  }
  const access = findAccess(options, io);
  requireAccess(access);
  const { baseUrl, username, way, overruled } = access;
  if (way.by === "account") {
    const file = way.accounts.fileOf(way.account.name);
    const shown = visibleText(file);
    const { mode, isLoose } = readMode(file);
    const { tightened, loose } = io.t.account;
    if (isLoose) printNote(io, tighten(file) ? tightened(shown, mode) : loose(shown));
  }
  if ("credentials" in way) io.secrets?.add(way.credentials.password);
  if (overruled !== undefined) printNote(io, io.t.account.overruled(visibleText(overruled)));
  const client = createClient({
    ...clientOptions(options, io, baseUrl),
    onJob: createIdLearner(baseUrl, io),
    ...toClientLogin(access),
    // The password renews a token that is given beside it.
    ...("credentials" in way && { credentials: way.credentials }),
  });
  return {
    client,
    get journal() {
      return openJournal({ dir: stateDir(io.env) });
    },
    loginEndsAt: readLoginEnd(way),
    username,
    flags: toAccessFlags(options, access),
    keepsJobs: true,
    dispose: async () => {},
  };
}

function readLoginEnd(way: Access["way"]): number | undefined {
  if ("credentials" in way && way.credentials !== undefined) return undefined;
  if (way.by === "account") return way.account.expiresAt;
  return way.by === "token" ? readTokenEnd(way.accessToken) : undefined;
}
