import type { CommandDefinition } from "./command.ts";
import { connection, json } from "./flags.ts";

/** The commands about logins and what stands between here and the platform. */
export const accountCommands: readonly CommandDefinition[] = [
  {
    usage: "login",
    summary: "Log in and keep the token for 7 days; the password is never kept",
    options: [
      ["--password-stdin", "Read the password from stdin instead of asking for it"],
      ["--base-url <url>", "Address of the platform (QIZHI_BASE_URL)"],
      ["--username <name>", "Login name (QIZHI_USERNAME)"],
      ["--account <name>", "Name to keep this login under (default: the login name)"],
      json,
    ],
    examples: [
      "qizhi login --username alice",
      "qizhi login --account lab2 --password-stdin < file",
    ],
    load: async () => (await import("./commands/login.ts")).login,
  },
  {
    usage: "logout",
    summary: "Remove a kept token",
    options: [
      ["--account <name>", "Kept login to remove (default: the default one)"],
      ["--all", "Remove every kept login"],
      json,
    ],
    examples: ["qizhi logout", "qizhi logout --account lab2"],
    load: async () => (await import("./commands/logout.ts")).logout,
  },
  {
    usage: "whoami",
    summary: "Show who the next command works as; ends with 2 when nobody",
    options: [...connection, json],
    examples: ["qizhi whoami", "qizhi whoami --account lab2 --json"],
    load: async () => (await import("./commands/whoami.ts")).whoami,
  },
  {
    usage: "accounts [name]",
    summary: "List the kept logins; with a name, make that one the default",
    options: [json],
    examples: ["qizhi accounts", "qizhi accounts lab2"],
    load: async () => (await import("./commands/accounts.ts")).accounts,
  },
  {
    usage: "doctor",
    summary: "Find what is wrong: configuration, proxy, network, TLS, clock, login",
    options: [...connection, json],
    examples: ["qizhi doctor", "qizhi doctor --json"],
    load: async () => (await import("./commands/doctor.ts")).doctor,
  },
];
