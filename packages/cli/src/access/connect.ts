import type { Connection } from "../terminal/connection.ts";
import type { ClientOptions } from "@qizhi/core";
import { createClient, parseDuration, visibleText } from "@qizhi/core";
import { requireTlsCheck } from "@qizhi/core/internal";
import { inputError } from "../errors/cli-error.ts";
import { type Access, findAccess, requireAccess } from "./access.ts";
import { readMode, tighten } from "./account-file.ts";
import { toTokenStore } from "./accounts.ts";
import { createEventPrinter } from "./client-events.ts";
import { readTokenEnd } from "../text/token-end.ts";
import type { Io } from "../terminal/io.ts";
import { printNote } from "../terminal/io.ts";
import type { Options } from "../context/options.ts";
import { createLocalPace, createPace } from "../context/pace.ts";

/**
 * Connects to the platform that flags, environment and kept accounts name, in this order.
 * @throws {AuthError} there is no login, or the kept one has lapsed.
 * @throws {InputError} half of a login is given, or no such account is kept.
 */
export async function connect(options: Options, io: Io): Promise<Connection> {
  if (io.connect !== undefined) return io.connect();
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
    ...(way.by === "token" && { accessToken: way.accessToken }),
    ...("credentials" in way && { credentials: way.credentials }),
    ...(way.by === "account" && { tokenStore: toTokenStore(way.accounts, way.account.name) }),
  });
  return { client, loginEndsAt: readLoginEnd(way), username, dispose: async () => {} };
}

function readLoginEnd(way: Access["way"]): number | undefined {
  if ("credentials" in way && way.credentials !== undefined) return undefined;
  if (way.by === "account") return way.account.expiresAt;
  return way.by === "token" ? readTokenEnd(way.accessToken) : undefined;
}

/** Starts a local platform for one command, and says so. */
export async function connectLocal(options: Options, io: Io): Promise<Connection> {
  const { startLocalPlatform } = await import("@qizhi/core/local");
  // Nobody could give this one more GPUs while the job waits.
  const local = await startLocalPlatform({ oversized: "refuse" });
  printNote(io, io.t.localPlatform(local.url));
  const { url: baseUrl, credentials } = local;
  const limiter = createLocalPace(options);
  const client = createClient({
    ...clientOptions(options, io, baseUrl),
    platformName: "local",
    credentials,
    limiter,
  });
  return { client, local, dispose: () => local.dispose() };
}

// Core's own deadline of a call with its retries; one long request must fit into it.
const shortestCallMs = 120_000;

function readRequestTimeout(options: Options, { env }: Io): number | undefined {
  const flag = options.text("requestTimeout");
  const text = flag ?? (env["QIZHI_REQUEST_TIMEOUT"] || undefined);
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  const name = flag === undefined ? "QIZHI_REQUEST_TIMEOUT" : "--request-timeout";
  throw inputError(["notADuration", name, visibleText(text)], "durationForm");
}

/**
 * What every client of this command line has in common.
 * @throws {InputError} the check of certificates is turned off, or `--request-timeout` is wrong.
 */
export function clientOptions(options: Options, io: Io, baseUrl: string): ClientOptions {
  requireTlsCheck(io.env);
  const isDebug = options.flag("debug") || Boolean(io.env["QIZHI_DEBUG"]);
  const requestMs = readRequestTimeout(options, io);
  return {
    ...(requestMs !== undefined && {
      attemptTimeoutMs: requestMs,
      callTimeoutMs: Math.max(shortestCallMs, requestMs),
    }),
    baseUrl,
    limiter: createPace(options, io, baseUrl),
    allowHttp: io.env["QIZHI_ALLOW_HTTP"] === "1",
    onToken: (token) => io.secrets?.add(token),
    onEvent: createEventPrinter(isDebug, io),
  };
}
