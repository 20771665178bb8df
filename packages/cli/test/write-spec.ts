import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Place } from "./run-cli.ts";

/** A spec with all that is needed; `changes` replace its keys. */
export function toSpec(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: "demo-1",
    logic_compute_group_id: "lcg-11111111-1111-4111-8111-111111111111",
    project_id: "project-22222222-2222-4222-8222-222222222222",
    workspace_id: "ws-33333333-3333-4333-8333-333333333333",
    framework: "pytorch",
    command: "sleep 0",
    task_priority: 4,
    framework_config: [
      {
        image: "docker.sii.shaipower.online/inspire-studio/base:v1",
        image_type: "SOURCE_OFFICIAL",
        instance_count: 1,
        shm_gi: 0,
        spec_id: "44444444-4444-4444-8444-444444444444",
      },
    ],
    ...changes,
  };
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
