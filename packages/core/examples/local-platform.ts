import { createClient } from "@qizhi/core";
import { startLocalPlatform } from "@qizhi/core/local";

const platform = await startLocalPlatform({ stages: 100 });
const client = createClient({ baseUrl: platform.url, credentials: platform.credentials });
const { job_id } = await client.createJob({
  name: "hello",
  framework: "pytorch",
  command: "echo hello from node $RANK of $WORLD_SIZE",
  logic_compute_group_id: "lcg-11111111-1111-4111-8111-111111111111",
  project_id: "project-22222222-2222-4222-8222-222222222222",
  workspace_id: "ws-33333333-3333-4333-8333-333333333333",
  task_priority: 4,
  framework_config: [
    {
      image: "docker.sii.shaipower.online/inspire-studio/base:v1",
      image_type: "SOURCE_OFFICIAL",
      instance_count: 2,
      shm_gi: 0,
      spec_id: "44444444-4444-4444-8444-444444444444",
    },
  ],
});
for await (const update of client.watchJob(job_id)) {
  if (update.type === "job") console.log(update.phase);
}
await platform.dispose();
