/** Flags of every command that talks to the platform. */
export const connection = [
  ["--base-url <url>", "Address of the platform (QIZHI_BASE_URL)"],
  ["--username <name>", "Login name (QIZHI_USERNAME); the password comes from QIZHI_PASSWORD"],
  ["--account <name>", "Kept login to use (QIZHI_ACCOUNT); one in the environment wins"],
  [
    "--request-timeout <duration>",
    "Longest time of one request, its answer included (QIZHI_REQUEST_TIMEOUT, default 30s)",
  ],
] as const;

/** Asks for JSON. */
export const json = ["--json", "One JSON document on stdout"] as const;
