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

/** Limits of a wait. */
export const limits = [
  ["--timeout <duration>", "End the wait after this long, such as 2h; the job goes on"],
  ["--queue-timeout <duration>", "End the wait when the job is still queued after this long"],
  ["--error-budget <duration>", "End the wait when nothing is heard for this long (default 10m)"],
] as const;

/** How a wait looks and ends. */
export const watching = [
  ["--poll-interval <duration>", "Shortest pause between two looks (default 1s)"],
  ["--on-interrupt <what>", "What Ctrl-C does to the job: leave (default) or stop"],
] as const;
