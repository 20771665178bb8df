import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { toBody } from "../../core/src/local/body.fixture.ts";
import type { Place } from "./run-cli.ts";

/** A spec with all that is needed; `changes` replace its keys. */
export function toSpec(changes: Record<string, unknown> = {}) {
  return toBody({ command: "sleep 0", ...changes });
}

/** Writes a spec into a place and gives its path. */
export async function writeSpec(
  place: Pick<Place, "dir">,
  changes: Record<string, unknown> = {},
): Promise<string> {
  const file = join(place.dir, `${String(changes["name"] ?? "demo-1")}.json`);
  await writeFile(file, JSON.stringify(toSpec(changes)));
  return file;
}
