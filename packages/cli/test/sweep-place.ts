import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LocalPlatform, LocalPlatformOptions } from "@qizhi/core/local";
import { startLocalPlatform } from "@qizhi/core/local";
import { createPlace } from "./run-cli.ts";

/** A spec with six runs. */
export const specText = `name: demo
logic_compute_group_id: lcg-11111111-1111-4111-8111-111111111111
project_id: project-22222222-2222-4222-8222-222222222222
workspace_id: ws-33333333-3333-4333-8333-333333333333
framework: pytorch
command: "train --lr {{ matrix.lr }} --seed {{ matrix.seed }}"
task_priority: 4
max_running_time_ms: 2h
framework_config:
  - image: docker.sii.shaipower.online/inspire-studio/base:v1
    image_type: SOURCE_OFFICIAL
    instance_count: 1
    shm_gi: 0
    spec_id: 44444444-4444-4444-8444-444444444444
matrix:
  lr: [1e-3, 1e-4]
  seed: [1, 2, 3]
`;

/** A platform, and a place with the spec in `sweep.yaml`. */
export async function setUp(options: LocalPlatformOptions = {}) {
  const platform = await startLocalPlatform({ stages: 20, commands: "skip", ...options });
  const place = await createPlace(platform);
  await writeFile(join(place.dir, "sweep.yaml"), specText);
  return {
    platform,
    place,
    async [Symbol.asyncDispose]() {
      await place[Symbol.asyncDispose]();
      await platform.dispose();
    },
  };
}

/** Flags that keep no test waiting. */
export const fast = ["--rate", "200", "--poll-interval", "20ms"];
/** The names of all jobs of a platform. */
export const names = (platform: LocalPlatform) =>
  platform.jobs().map(({ request }) => request.name);
/** The id of a sweep in a text. */
export const idIn = (text: string) => /sweep-[0-9a-f]{8}/.exec(text)?.[0] ?? "";
