import { createClient, defineOperation } from "@qizhi/core";
import { startLocalPlatform } from "@qizhi/core/local";
import { readFile } from "node:fs/promises";
import * as z from "zod";

// A call that this version does not know: its path, and its body from a file.
const [path = "/openapi/v1/hpc_jobs/create", file = "body.json"] = process.argv.slice(2);
const anything = z.record(z.string(), z.unknown());
// What makes something is sent once; a call that only reads may be "safe".
const call = defineOperation({ path, request: anything, answer: anything, resend: "once" });

// In place of the platform, which has no such call here.
const platform = await startLocalPlatform({
  routes: { [path]: (body) => ({ data: { job_id: "hpc-1", asked: body } }) },
});
const client = createClient({ baseUrl: platform.url, credentials: platform.credentials });
const body: unknown = JSON.parse(await readFile(file, "utf8"));
console.log(JSON.stringify(await client.call(call, anything.parse(body))));
await platform.dispose();
