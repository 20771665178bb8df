import type { Client, ClientOptions } from "@qizhi/core";
import {
  AuthError,
  createClient,
  defaultBaseUrl,
  formatDuration,
  InputError,
  visibleText,
} from "@qizhi/core";
import type { LocalPlatform } from "@qizhi/core/local";
import type { Io } from "./io.ts";
import { printNote } from "./io.ts";
import type { Options } from "./options.ts";

/** The platform a command works with. */
export interface Connection {
  readonly client: Client;
  /** What reports call it: its host, or `local`. */
  readonly platform: string | undefined;
  /** Set when it was started for this command. */
  readonly local?: LocalPlatform;
  dispose(): Promise<void>;
}

/**
 * Connects to the platform that flags and environment name.
 * @throws {AuthError} no login is configured. @throws {InputError} half of one is.
 */
export async function connect(options: Options, io: Io): Promise<Connection> {
  const { env, t } = io;
  const baseUrl = options.text("baseUrl") ?? (env["QIZHI_BASE_URL"] || defaultBaseUrl);
  const username = options.text("username") ?? (env["QIZHI_USERNAME"] || undefined);
  const password = env["QIZHI_PASSWORD"] || undefined;
  const accessToken = env["QIZHI_TOKEN"] || undefined;
  if (!username !== !password && !(accessToken && !password)) {
    const missing = username ? "QIZHI_PASSWORD" : "QIZHI_USERNAME";
    throw new InputError(t.halfALogin(missing), t.waysOn);
  }
  if (!accessToken && !username) {
    throw new AuthError("missing", t.notLoggedIn(visibleText(baseUrl)), t.waysOn);
  }
  const client = createClient({
    ...shared(options, io),
    baseUrl,
    accessToken,
    credentials: username && password ? { username, password } : undefined,
  });
  return { client, platform: undefined, dispose: async () => {} };
}

/** Starts a local platform for one command, and says so. */
export async function connectLocal(options: Options, io: Io): Promise<Connection> {
  const { startLocalPlatform } = await import("@qizhi/core/local");
  const local = await startLocalPlatform();
  printNote(io, io.t.localPlatform(local.url));
  const { url: baseUrl, credentials } = local;
  const client = createClient({ ...shared(options, io), baseUrl, credentials });
  return { client, platform: "local", local, dispose: () => local.dispose() };
}

function shared(options: Options, io: Io): ClientOptions {
  const isDebug = options.flag("debug") || Boolean(io.env["QIZHI_DEBUG"]);
  return {
    allowHttp: io.env["QIZHI_ALLOW_HTTP"] === "1",
    onEvent: (event) => {
      if (isDebug) printNote(io, `debug: ${JSON.stringify(event)}`);
      else if (event.type === "retry" && event.askedMs !== undefined) {
        const [asked, delay] = [event.askedMs, event.delayMs].map(formatDuration);
        printNote(io, io.t.asksToWait(asked!, event.operation, delay!));
      }
    },
  };
}
