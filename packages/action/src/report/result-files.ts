import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makePrivateFolder } from "@qizhi/core/internal";
import { stateFolder } from "../runner/state.ts";

/** Writes a result whole, where an output has no room for it: the path, for the next steps of the job. */
export function writeResultFile(kind: "runs" | "report", value: unknown): string {
  makePrivateFolder(stateFolder());
  const file = join(stateFolder(), `${kind}-${randomUUID()}.json`);
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  return file;
}
