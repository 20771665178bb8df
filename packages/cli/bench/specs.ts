/** The job that stands in the loopback platform from the start. */
export const runningJob = "job-11111111-1111-4111-8111-111111111111";

const spec = {
  name: "bench",
  framework: "pytorch",
  command: "torchrun --nnodes $PET_NNODES train.py\n",
  logic_compute_group_id: "lcg-11111111-1111-4111-8111-111111111111",
  project_id: "project-22222222-2222-4222-8222-222222222222",
  workspace_id: "ws-33333333-3333-4333-8333-333333333333",
  task_priority: 4,
  max_running_time_ms: "10h",
  envs: { NCCL_DEBUG: "WARN", EPOCHS: "10" },
  framework_config: [
    {
      image: "docker.sii.shaipower.online/inspire-studio/base:v1",
      image_type: "SOURCE_OFFICIAL",
      instance_count: 1,
      shm_gi: 16,
      spec_id: "44444444-4444-4444-8444-444444444444",
    },
  ],
};

/** A job spec as JSON. */
export const jsonSpec = `${JSON.stringify(spec, undefined, 2)}\n`;

/** The same spec as a person writes it. */
export const yamlSpec = `# A job of one node.
name: bench
framework: pytorch
command: |
  torchrun --nnodes $PET_NNODES train.py
logic_compute_group_id: ${spec.logic_compute_group_id}
project_id: ${spec.project_id}
workspace_id: ${spec.workspace_id}
task_priority: 4
max_running_time_ms: 10h
envs:
  NCCL_DEBUG: WARN
  EPOCHS: "10"
framework_config:
  - image: docker.sii.shaipower.online/inspire-studio/base:v1
    image_type: SOURCE_OFFICIAL
    instance_count: 1
    shm_gi: 16
    spec_id: 44444444-4444-4444-8444-444444444444
`;
