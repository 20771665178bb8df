import { createClient, type JobSpecInput } from "@qizhi/core";
import { startLocalPlatform } from "@qizhi/core/local";
import { afterAll, beforeEach, expect, test } from "vitest";

// One platform for the whole file. A job is over at once, with the outcome of its command.
const platform = await startLocalPlatform({ instant: true });
const client = createClient(platform.clientOptions);
beforeEach(() => platform.setFaults([]));
afterAll(() => platform.dispose());

const spec: JobSpecInput = {
  name: "mine",
  framework: "pytorch",
  command: "exit 3",
  logic_compute_group_id: "lcg-11111111-1111-4111-8111-111111111111",
  project_id: "project-22222222-2222-4222-8222-222222222222",
  workspace_id: "ws-33333333-3333-4333-8333-333333333333",
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
};

test("a command that fails is a failed job, created once", async () => {
  const { job_id } = await client.createJob(spec);
  expect((await client.waitForJob(job_id)).status).toBe("job_failed");
  const creates = platform.requests.filter(({ operation }) => operation === "create");
  expect(creates.map(({ jobId }) => jobId)).toEqual([job_id]);
});

test("a create whose answer is lost is sent once", async () => {
  const before = platform.jobs().length;
  platform.setFaults([{ operation: "create", fault: { kind: "reset", effect: true } }]);
  await expect(client.createJob(spec)).rejects.toMatchObject({ code: "submission_unknown" });
  expect(platform.jobs()).toHaveLength(before + 1);
});
