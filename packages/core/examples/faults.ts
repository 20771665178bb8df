import { createClient, isQizhiError, readJobSpec } from "@qizhi/core";
import { startLocalPlatform } from "@qizhi/core/local";

const platform = await startLocalPlatform();
const client = createClient({ baseUrl: platform.url, credentials: platform.credentials });
// The first create makes its job, and its answer gets lost.
platform.setFaults([{ operation: "create", calls: [1], fault: { kind: "reset", effect: true } }]);
try {
  const { spec } = await readJobSpec("job.yaml");
  await client.createJob(spec);
} catch (error) {
  console.log(isQizhiError(error) && error.code, platform.jobs().length);
}
await platform.dispose();
