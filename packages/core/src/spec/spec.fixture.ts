import { SpecError } from "../errors/errors.ts";
import { sayIssue } from "../errors/say-error.ts";
import { toBody } from "../local/body.fixture.ts";
import type { ReadSpecOptions } from "./prepare.ts";
import { readJobSpec } from "./read-file.ts";

/** A create body in the shape that users send, with neutral ids; for tests. */
export const minimalSpec = toBody({ command: "sleep 60" });

/** A fuller create body; for tests. */
export const richSpec = {
  ...minimalSpec,
  name: "demo-2",
  command: "/usr/bin/bash -lc 'cd /inspire/hdd/project/demo && torchrun train.py'",
  max_running_time_ms: "1800000",
  auto_fault_tolerance: true,
  fault_tolerance_max_retry: 3,
  enable_notification: false,
  enable_troubleshoot: false,
  envs: [{ name: "HF_HUB_OFFLINE", value: "1" }],
  tb_summary_path: "/inspire/hdd/project/demo/tb/demo-2",
  framework_config: [
    {
      ...minimalSpec.framework_config[0],
      image: "docker.sii.shaipower.online/inspire-studio/base:v2",
      image_type: "SOURCE_PRIVATE",
      instance_count: 2,
      shm_gi: 1800,
    },
  ],
};

/** {@link minimalSpec} as a person writes it; for tests. */
export const yamlSpec = `# a job
name: demo-1
logic_compute_group_id: lcg-11111111-1111-4111-8111-111111111111
project_id: project-22222222-2222-4222-8222-222222222222
workspace_id: ws-33333333-3333-4333-8333-333333333333
framework: pytorch
command: sleep 60
task_priority: 4
framework_config:
  - image: docker.sii.shaipower.online/inspire-studio/base:v1
    image_type: SOURCE_OFFICIAL
    instance_count: 1
    shm_gi: 0
    spec_id: 44444444-4444-4444-8444-444444444444
`;

/** The problems of a text, as they are reported; for tests. */
export function problemsOf(text: string, name = "job.yaml", options?: ReadSpecOptions) {
  return problemsIn(readJobSpec({ text, name }, options));
}

/** The problems that a reading ends with, as they are reported; for tests. */
export async function problemsIn(reading: Promise<unknown>): Promise<string[]> {
  try {
    await reading;
    return [];
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return error.issues.map((issue) => sayIssue(issue, error.file));
  }
}
