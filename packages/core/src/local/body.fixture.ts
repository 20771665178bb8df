import type { JobSpec } from "../schemas/job-spec.ts";

/** A create body with all that is needed, as the platform wants it; `changes` replace its keys, and `nodes` is their count. */
export function toBody(changes: Record<string, unknown> = {}): JobSpec & Record<string, unknown> {
  const { nodes = 1, ...rest } = changes;
  return {
    name: "demo-1",
    logic_compute_group_id: "lcg-11111111-1111-4111-8111-111111111111",
    project_id: "project-22222222-2222-4222-8222-222222222222",
    workspace_id: "ws-33333333-3333-4333-8333-333333333333",
    framework: "pytorch",
    command: "true",
    task_priority: 4,
    framework_config: [
      {
        image: "docker.sii.shaipower.online/inspire-studio/base:v1",
        image_type: "SOURCE_OFFICIAL",
        instance_count: Number(nodes),
        shm_gi: 0,
        spec_id: "44444444-4444-4444-8444-444444444444",
      },
    ],
    ...rest,
  };
}
