import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as z from "zod/mini";
import { clientKeysSchema, namedFields } from "../src/schemas/client-keys.ts";
import { jobSpecSchema } from "../src/schemas/job-spec.ts";
import { valueAt } from "../src/text/json-value.ts";
import { allowTemplates, matrixSchema, templateSchema } from "./matrix-schema.ts";

const sourceOf = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../src/schemas/${name}.ts`, import.meta.url)), "utf8");

/** Where the JSON Schema of the job spec is kept. */
export const schemaFile = fileURLToPath(new URL("../job-spec.schema.json", import.meta.url));

// Offered by editors.
const examples: Record<string, unknown[]> = {
  command: ["torchrun train.py"],
  framework: ["pytorch"],
  max_running_time_ms: ["2h", "30m"],
  reserve_on_fail_ms: ["10m"],
  reserve_on_success_ms: ["10m"],
  extra: [{ exclude_nodes: [] }],
  task_priority: [4],
};

/** The JSON Schema (draft 2020-12) of a job spec as a person writes it. */
export function toJobSpecJsonSchema(): object {
  const docsOf = (name: string) => readFieldDocs(sourceOf("spec-types"), name);
  const {
    $schema,
    properties,
    required = [],
    ...schema
  } = z.toJSONSchema(jobSpecSchema(), {
    io: "input",
    override: ({ jsonSchema }) => {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  const inItems = ["items", "properties"];
  describe(properties, [], { ...docsOf("JobSpec"), ...docsOf("JobSpecInput") });
  describe(properties, ["dataset_info", ...inItems], docsOf("DatasetSpec"));
  describe(properties, ["envs", "anyOf", 0, ...inItems], docsOf("EnvSpec"));
  describe(properties, ["framework_config", ...inItems], docsOf("FrameworkConfigSpec"));
  allowTemplates(properties);
  allowTemplates(valueAt(properties, ["framework_config", ...inItems]));
  const { properties: clientKeys } = z.toJSONSchema(clientKeysSchema(), { io: "input" });
  describe(clientKeys, [], readFieldDocs(sourceOf("client-keys"), "ClientKeys"));
  return {
    ...requireWhole(required, takeRequired(valueAt(properties, ["framework_config", "items"]))),
    $schema,
    $id: "urn:qizhi:job-spec",
    title: "Job spec of a distributed training job on Qizhi",
    ...schema,
    $defs: { template: templateSchema },
    properties: {
      $schema: { type: "string", description: "For editors; not sent." },
      ...properties,
      ...clientKeys,
      matrix: matrixSchema,
    },
    anyOf: [
      { properties: { auto_fault_tolerance: { const: false } } },
      {
        properties: { fault_tolerance_max_retry: { type: "integer", minimum: 1 } },
        required: ["fault_tolerance_max_retry"],
      },
    ],
  };
}

function takeRequired(items: unknown): string[] {
  const required = valueAt(items, ["required"]);
  if (!Array.isArray(required)) throw new Error("the schema requires nothing of a group");
  Reflect.deleteProperty(Object(items), "required");
  return required.map(String);
}

/**
 * What a whole spec has. One without `framework_config`, or with a profile, has the rest from defaults that an
 * editor does not see.
 */
function requireWhole(fields: readonly string[], ofGroup: readonly string[]): object {
  const named = namedFields.flatMap(({ key, path: [id, inner] }) =>
    inner === undefined ? [{ key, id }] : [],
  );
  const groups = (required: readonly string[]) => ({
    type: "object",
    properties: {
      framework_config: { type: "array", items: { type: "object", required } },
    },
  });
  return {
    required: ["name"],
    if: { anyOf: [{ not: { required: ["framework_config"] } }, { required: ["extends"] }] },
    else: {
      required: fields.filter((field) => named.every(({ id }) => id !== field)),
      ...groups(ofGroup.filter((field) => field !== "spec_id")),
      allOf: [
        ...named.map(({ key, id }) => ({ anyOf: [{ required: [id] }, { required: [key] }] })),
        { anyOf: [groups(["spec_id"]), { required: ["node"] }] },
      ],
    },
  };
}

/**
 * The TSDoc above each field of `interface <name>` in a source: one line of plain text, without
 * pointers to the platform's facts.
 * @throws the source holds no such interface, or a field has no documentation.
 */
export function readFieldDocs(source: string, name: string): Record<string, string> {
  const [, body] = source.split(new RegExp(`\nexport interface ${name} (?:extends [^{]*)?\\{\n`));
  const fields = body?.split("\n}\n", 1)[0];
  if (fields === undefined) throw new Error(`no interface ${name}`);
  const docs: Record<string, string> = {};
  let comment: string[] = [];
  for (const line of fields.split("\n")) {
    const field = /^ {2}([a-z_]+)\??:/.exec(line)?.[1];
    if (/^ {2}(\/\*\*| \*)/.test(line)) comment.push(line);
    if (field === undefined) continue;
    docs[field] = toPlainText(comment);
    if (docs[field] === "") throw new Error(`${name}.${field} has no documentation`);
    comment = [];
  }
  return docs;
}

function toPlainText(comment: string[]): string {
  const lines = comment.map((line) =>
    line
      .replace(/\*\/$/, "")
      .replace(/^ *(\/\*)?\*?/, "")
      .trim(),
  );
  const text = lines.join(" ");
  return text
    .replaceAll(/ *\((?:wire|page)[^)]*\)/g, "")
    .replaceAll(/\{@link ([^}]+)\}/g, "$1")
    .replaceAll("`", "")
    .trim();
}

function describe(
  properties: unknown,
  path: (string | number)[],
  docs: Record<string, string>,
): void {
  const fields = Object.entries(valueAt(properties, path) ?? {});
  if (fields.length === 0) throw new Error(`the schema holds no fields at ${path.join(".")}`);
  for (const [name, field] of fields) {
    const description = docs[name];
    if (description === undefined) throw new Error(`${name} is not documented in the source`);
    Object.assign(field, { description }, examples[name] && { examples: examples[name] });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(schemaFile, `${JSON.stringify(toJobSpecJsonSchema(), null, 2)}\n`);
}
