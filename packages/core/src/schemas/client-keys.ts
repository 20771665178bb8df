import * as z from "zod/mini";
import { once } from "./once.ts";
import { specSchemas, text } from "./job-spec.ts";
import type { FieldsOf } from "./scalars.ts";
import { byRule } from "./spec-rules.ts";

/** The keys of a spec that are for this client: the platform has no field of these names. */
export interface ClientKeys {
  /** Further fields of the create, sent as they stand: those that the platform takes and its page does not list. */
  extra?: Record<string, unknown> | undefined;
  /** Folder on the shared disk in which each node's output is kept: an absolute path, or off. */
  log_dir?: string | undefined;
  /** Profile of the defaults that the spec builds on; `--profile` counts more. */
  extends?: string | undefined;
  /** Name of the workspace, in place of `workspace_id`. */
  workspace?: string | undefined;
  /** Name of the project, in place of `project_id`. */
  project?: string | undefined;
  /** Name of the compute group, in place of `logic_compute_group_id`. */
  group?: string | undefined;
  /** What one node has, such as `8xH100`, in place of `spec_id`. */
  node?: string | undefined;
}

const fieldName = () =>
  z
    .string()
    .check(
      z.refine((key) => !Object.hasOwn(specSchemas().job.shape, key), byRule("field_of_page")),
    );

const logDir = () =>
  z.string().check(
    z.refine((value) => value === "off" || /^\/[^/]/.test(value), byRule("not_a_folder")),
    z.refine((value) => !/[\p{Cc}]/u.test(value), byRule("control_character")),
    z.refine((value) => !value.includes("$"), byRule("folder_variable")),
  );

/**
 * The schema of the client's own keys. What is wrong with a value is said with the words and the places that the
 * platform's fields have.
 */
export const clientKeysSchema = once(() =>
  z.strictObject({
    extra: z.optional(z.record(fieldName(), z.unknown())),
    log_dir: z.optional(logDir()),
    extends: z.optional(text()),
    workspace: z.optional(text()),
    project: z.optional(text()),
    group: z.optional(text()),
    node: z.optional(text()),
  } satisfies FieldsOf<ClientKeys>),
);

/**
 * The keys that stay in the checked spec: the journal and sweeps have them, and so have objects of the library's
 * users. The others are in files alone, and `ReadSpec.client` has their values.
 */
export const keptClientKeys: ReadonlySet<string> = new Set<keyof ClientKeys>(["extra", "log_dir"]);

/** The keys of a spec that take a name, and the field that its id goes to; a later one may depend on an earlier. */
export const namedFields = [
  { key: "workspace", path: ["workspace_id"] },
  { key: "project", path: ["project_id"] },
  { key: "group", path: ["logic_compute_group_id"] },
  { key: "node", path: ["framework_config", 0, "spec_id"] },
] as const satisfies { key: keyof ClientKeys; path: readonly (string | number)[] }[];
