import type { CommandDefinition } from "./command.ts";
import { connection, json } from "./flags.ts";

/** The commands about the history of jobs. */
export const historyCommands: readonly CommandDefinition[] = [
  {
    usage: "list",
    summary: "List the jobs submitted from here, newest first, as they stand now",
    options: [
      [
        "--phase <phases>",
        "Only these, such as running or queued,failed; active for all open ones",
      ],
      ["--since <duration>", "Only those submitted in this time, such as 2d"],
      ["--name <text>", "Only those with this text in their name"],
      ["--limit <count>", "At most this many (default 20)"],
      ["--unresolved", "Only creates with an unknown outcome, and how to settle them"],
      ["--offline", "As last seen; ask nobody"],
      ...connection,
      json,
    ],
    examples: ["qizhi list --phase active", "qizhi list --since 2d --name llama --json"],
    load: async () => (await import("./commands/list.ts")).list,
  },
  {
    usage: "track <job-id>",
    summary: "Take a job that was made elsewhere into the history",
    options: [
      ["--for <attempt>", "It is the job of this create with an unknown outcome"],
      ...connection,
      json,
    ],
    examples: [
      "qizhi track job-11111111-1111-4111-8111-111111111111",
      "qizhi track job-11111111-1111-4111-8111-111111111111 --for 1a2b3c4d",
    ],
    load: async () => (await import("./commands/track.ts")).track,
  },
  {
    usage: "forget [...jobs]",
    summary: "Drop jobs from the history, or settle creates that made none; stops nothing",
    options: [json],
    examples: ["qizhi forget @last", "qizhi forget 1a2b3c4d"],
    load: async () => (await import("./commands/forget.ts")).forget,
  },
];
