import type { CommandDefinition } from "./command.ts";
import { connection, json, limits, watching } from "./flags.ts";

/** The commands about job specs. */
export const specCommands: readonly CommandDefinition[] = [
  {
    usage: "init [file]",
    summary:
      "Write a first spec with comments; asks for what it needs, offers what was used before",
    options: [
      ["--set <path=value>", "Answer a question here, such as task_priority=5; repeatable"],
      ["--env <name=value>", "Add an environment variable; repeatable"],
      ["--name <name>", "The job's name"],
      ["--yes", "Ask nothing: take what was sent last and the defaults"],
      ["--force", "Replace the file if it is there"],
      ...connection,
    ],
    examples: [
      "qizhi init job.yaml",
      "qizhi init next.yaml --yes --name next --set task_priority=5",
    ],
    load: async () => (await import("./commands/init.ts")).init,
  },
  {
    usage: "validate [...specs]",
    summary: "Check specs and name every problem; sends nothing",
    options: [
      ["--strict", "Count warnings as errors"],
      ["--set <path=value>", "Replace a value before the check; repeatable"],
      ["--allow-unknown", "Let keys through that this version does not know"],
      json,
    ],
    examples: ["qizhi validate job.yaml", "qizhi validate jobs/*.yaml --strict --json"],
    load: async () => (await import("./commands/validate.ts")).validate,
  },
  {
    usage: "schema",
    summary: "Print the JSON Schema of a job spec",
    options: [json],
    examples: ["qizhi schema > job-spec.schema.json", "qizhi schema --output yaml"],
    load: async () => (await import("./commands/schema.ts")).schema,
  },
  {
    usage: "clone <job> [file]",
    summary: "Write the spec that would make a job again, also one made in the web page",
    options: [["--force", "Replace the file if it is there"], ...connection, json],
    examples: [
      "qizhi clone job-11111111-1111-4111-8111-111111111111",
      "qizhi clone @last again.yaml --force",
    ],
    load: async () => (await import("./commands/clone.ts")).clone,
  },
  {
    usage: "rerun <job>",
    summary: "Submit again exactly what was submitted from here",
    options: [
      ["--wait", "Wait for the outcome and end with its exit code"],
      ...limits,
      ...watching,
      ["--set <path=value>", "Replace a value, such as task_priority=5; repeatable"],
      ["--env <name=value>", "Add or replace an environment variable; repeatable"],
      ["--name <name>", "Replace the job's name"],
      ["--dry-run", "Print what would be sent; send nothing"],
      ["--again", "Submit although an earlier, equal submit has an unknown outcome"],
      ...connection,
      json,
    ],
    examples: ["qizhi rerun @last --dry-run", "qizhi rerun @last --set task_priority=5"],
    takesRest: true,
    load: async () => (await import("./commands/rerun.ts")).rerun,
  },
];
