import { accountCommands } from "./account-commands.ts";
import type { CommandDefinition } from "./command.ts";
import { connection, json, limits, watching } from "./flags.ts";
import { historyCommands } from "./history-commands.ts";
import { specCommands } from "./spec-commands.ts";

/** Every command, in the order of the help. */
export const commands: readonly CommandDefinition[] = [
  {
    usage: "submit <spec>",
    summary: "Submit a job from a YAML or JSON spec, - for stdin",
    options: [
      ["--wait", "Wait for the outcome and end with its exit code"],
      ...limits,
      ...watching,
      ["--set <path=value>", "Replace a value, such as task_priority=5; repeatable"],
      ["--env <name=value>", "Add or replace an environment variable; repeatable"],
      ["--name <name>", "Replace the job's name"],
      ["--allow-unknown", "Let keys through that this version does not know"],
      ["--dry-run", "Check and print what would be sent; send nothing"],
      ["--again", "Submit although an earlier, equal submit has an unknown outcome"],
      ["--local", "Run it on this machine, on a local platform; implies --wait"],
      ...connection,
      json,
    ],
    examples: [
      "qizhi submit job.yaml --wait --timeout 2h",
      "qizhi submit job.yaml --set framework_config[0].instance_count=4 -- torchrun train.py",
    ],
    takesRest: true,
    load: async () => (await import("./commands/submit.ts")).submit,
  },
  {
    usage: "status [...job-ids]",
    summary: "Show where jobs stand",
    options: [
      ["--watch", "Keep looking until they have ended; ends with 0 however they end"],
      ...watching,
      ...connection,
      json,
    ],
    examples: [
      "qizhi status job-11111111-1111-4111-8111-111111111111",
      "qizhi status job-11111111-1111-4111-8111-111111111111 --json",
    ],
    load: async () => (await import("./commands/status.ts")).status,
  },
  {
    usage: "wait [...job-ids]",
    summary: "Wait until jobs have ended; ends with their outcome",
    options: [...limits, ...watching, ...connection, json],
    examples: [
      "qizhi wait job-11111111-1111-4111-8111-111111111111",
      "qizhi wait job-11111111-1111-4111-8111-111111111111 --timeout 12h --queue-timeout 1h",
    ],
    load: async () => (await import("./commands/wait.ts")).wait,
  },
  {
    usage: "stop [...job-ids]",
    summary: "Stop jobs; asks first in a terminal",
    options: [
      ["--yes", "Do not ask; needed where there is no terminal"],
      ["--wait", "Wait until they have really stopped and their nodes are free"],
      ["--timeout <duration>", "End the wait after this long; the stop goes on"],
      ...connection,
      json,
    ],
    examples: [
      "qizhi stop job-11111111-1111-4111-8111-111111111111",
      "qizhi stop @last --yes --wait --timeout 2m",
    ],
    load: async () => (await import("./commands/stop.ts")).stop,
  },
  ...specCommands,
  {
    usage: "serve",
    summary: "Run a local platform that speaks the same API, until Ctrl-C",
    options: [
      ["--port <port>", "Port on 127.0.0.1 (default: a free one)"],
      ["--gpus <count>", "GPUs that it pretends to have (default 16)"],
      ["--state-dir <folder>", "Keep its jobs in this folder, over restarts"],
      json,
    ],
    examples: ["qizhi serve", "qizhi serve --port 8899 --gpus 32 --state-dir .qizhi"],
    load: async () => (await import("./commands/serve.ts")).serve,
  },
  ...historyCommands,
  ...accountCommands,
];
