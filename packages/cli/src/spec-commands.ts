import type { CommandDefinition } from "./command.ts";
import { json } from "./flags.ts";

/** The commands about job specs. */
export const specCommands: readonly CommandDefinition[] = [
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
];
